/** The page's way to the REST API; every failure arrives as a Problem with the sentence a person reads. */

export class Problem extends Error {
  constructor({ code, message, params }) {
    super(message);
    this.code = code;
    this.params = params ?? {};
  }
}

const request = async (path, options = {}) => {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem({ code: 'OFFLINE', message: 'Stillmotion cannot be reached right now. Is it still running?' });
  }
  if (response.status === 204) return null;
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  throw new Problem(body?.error ?? { code: 'INTERNAL', message: `The server answered ${response.status}. Please try again.` });
};

const json = (body) => ({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

/** Works without https too, where crypto.randomUUID does not exist. */
const randomKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export const engines = () => request('/v1/engines');
export const quota = () => request('/v1/quota');
export const channels = () => request('/v1/channels');
export const signIn = (token) => request('/v1/session', json({ token }));
export const job = (id) => request(`/v1/jobs/${id}`);
export const again = (id, seed) => request(`/v1/jobs/${id}/again`, json({ seed }));
/** Cancels an unfinished job (its new state comes back) or removes a finished one (null comes back). */
export const remove = (id) => request(`/v1/jobs/${id}`, { method: 'DELETE' });
export const clipUrl = (id, format) => `/v1/jobs/${id}/clip?format=${format}&download=1`;

/** @param fields prompt, options, and either `image` (a File) or `photo_of` (a job id) */
export const submit = (fields) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return request('/v1/jobs', { method: 'POST', body: form, headers: { 'Idempotency-Key': randomKey() } });
};

export const isFinal = (state) => !['waiting', 'running'].includes(state);

/**
 * Calls back with the job on every change until it is finished.
 * @param onGone called when the job can no longer be followed
 * @returns stop
 */
export const follow = (id, onChange, onGone) => {
  const source = new EventSource(`/v1/jobs/${id}/events`);
  source.addEventListener('job', (event) => {
    const changed = JSON.parse(event.data);
    if (isFinal(changed.state)) source.close();
    onChange(changed);
  });
  source.addEventListener('error', () => {
    // A dropped connection comes back by itself; a refused one does not.
    if (source.readyState === EventSource.CLOSED) job(id).then(onChange, onGone);
  });
  return () => source.close();
};
