/** What one check of the doctor found, in words that a person can act on. */

/** `off` is not a problem: a part that nobody has switched on. */
export type Finding = { readonly state: 'ok' | 'off'; readonly text: string } | { readonly state: 'broken'; readonly text: string; readonly fix: string };

export const ok = (text: string): Finding => ({ state: 'ok', text });
export const off = (text: string): Finding => ({ state: 'off', text });
export const broken = (text: string, fix: string): Finding => ({ state: 'broken', text, fix });
