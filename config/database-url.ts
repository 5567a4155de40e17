/** The database's address and its password, which is given by itself so that every character may stand in it. */

const APART = 'write the address as postgres://user@host/database and the password, as it is, into DATABASE_PASSWORD';

const isDecodable = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

/** What is wrong with the two together, in words, or null. @param address a URL, or undefined as is the password when not set */
export const databaseProblem = (address: string | undefined, password: string | undefined): string | null => {
  if (address === undefined)
    return password === undefined ? null : 'DATABASE_PASSWORD: must not be set without DATABASE_URL, because the embedded database has none';
  const url = new URL(address);
  // A password with one of / ? # ends what is read as the host, and the rest, with the @, lands behind it.
  if (url.username === '' && /@/.test(url.pathname + url.search + url.hash)) return `DATABASE_URL: names no user, but has an @ after its host; ${APART}`;
  if (!isDecodable(url.password)) return `DATABASE_URL: the password in it has a % that begins no escape such as %25; ${APART}`;
  if (password === undefined) return null;
  if (url.password !== '') return 'DATABASE_PASSWORD: must not be set when DATABASE_URL has a password already; leave one of them out';
  return url.hostname === ''
    ? 'DATABASE_URL: must name a host when DATABASE_PASSWORD is set; a socket’s folder is written as postgres://user@%2Frun%2Fpostgresql/database'
    : null;
};

/** The address with the password in it, as `pg` and every other client reads it. @param address a URL with a host and without a password */
export const withPassword = (address: string, password: string): string => {
  const url = new URL(address);
  url.password = encodeURIComponent(password);
  return url.href;
};
