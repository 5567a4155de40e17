/** Keeps libraries from printing what is never logged here, whatever DEBUG asks for. */

/**
 * Namespaces of the package `debug` that print calls with all that is in them: telegraf the webhook's secret, people's words and, in
 * its errors, addresses with the bot's token; ioredis the password of a login.
 */
const TELLING = ['telegraf', 'ioredis'] as const;

/**
 * Excludes them from DEBUG in an environment; everything else that was asked for stays. `debug` reads the variable when it is loaded.
 * @returns true when something was asked for
 */
export const quietDebug = (environment: NodeJS.ProcessEnv): boolean => {
  const wanted = environment.DEBUG?.trim() ?? '';
  if (wanted === '') return false;
  // An exclusion counts wherever it stands, also against `*`; one that could be undone by a later word does not exist.
  environment.DEBUG = [wanted, ...TELLING.flatMap((name) => [`-${name}`, `-${name}:*`])].join(',');
  return true;
};
