/** HTML character references as text: Python's html.unescape, which the reference pipelines call. */
import names from './html-entities.json' with { type: 'json' };

const entities: ReadonlyMap<string, string> = new Map(Object.entries(names));

/** The 256 bytes as Windows-1252 shows them, unassigned ones as controls; Node 20's own decoder takes the encoding for Latin-1. */
export const windows1252 = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte))
  .join('')
  .replace(/[\u0080-\u009f]+/, '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ');

/** Numbers that stand for nothing: controls and what Unicode reserves as no character. */
const standsForNothing = (code: number): boolean =>
  (code >= 0x1 && code <= 0x8) ||
  code === 0xb ||
  (code >= 0xe && code <= 0x1f) ||
  (code >= 0x7f && code <= 0x9f) ||
  (code >= 0xfdd0 && code <= 0xfdef) ||
  (code & 0xfffe) === 0xfffe;

const characterOf = (code: number): string => {
  if (code === 0 || (code >= 0xd800 && code <= 0xdfff) || code > 0x10_ffff) return '\ufffd';
  if (code >= 0x80 && code <= 0x9f) return windows1252[code] as string;
  return standsForNothing(code) ? '' : String.fromCodePoint(code);
};

/** A name's character; without a semicolon the longest known name at its beginning, followed by the rest. */
const namedReference = (name: string): string | undefined => {
  const whole = entities.get(name);
  if (whole !== undefined) return whole;
  for (let length = name.length - 1; length > 1; length--) {
    const found = entities.get(name.slice(0, length));
    if (found !== undefined) return found + name.slice(length);
  }
  return undefined;
};

const unescapeOne = (whole: string, reference: string): string => {
  const digits = reference.replace(/^#[xX]?|;$/g, '');
  if (reference.startsWith('#x') || reference.startsWith('#X')) return characterOf(Number.parseInt(digits, 16));
  if (reference.startsWith('#')) return characterOf(Number.parseInt(digits, 10));
  return namedReference(reference) ?? whole;
};

/** Every reference, once: &amp;lt; becomes &lt;. @source the HTML standard, 13.2.5.72 and following, as Python reads it */
export const unescapeHtml = (text: string): string => text.replace(/&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/g, unescapeOne);

/** Only references that end in a semicolon and are known, also in capitals: P&EACUTE;REZ. @source ftfy.fixes.unescape_html */
export const unescapeCertain = (text: string): string =>
  text.replace(/&#?[0-9A-Za-z]{1,24};/g, (whole) => {
    const name = whole.slice(1);
    if (name.startsWith('#')) {
      const character = unescapeHtml(whole);
      return character.includes(';') ? whole : character;
    }
    const known = entities.get(name);
    if (known !== undefined) return known;
    const small = name === name.toUpperCase() ? entities.get(name.toLowerCase()) : undefined;
    return small !== undefined && unescapeHtml(whole) === whole ? small.toUpperCase() : whole;
  });
