/** Prompts as Wan's pipeline cleans them: mended by ftfy's rules, HTML references resolved twice, white space collapsed. */
import { unescapeCertain, unescapeHtml, windows1252 } from './html-references.ts';

/** Latin ligatures and digraphs that mean their letters. */
const ligatures: ReadonlyMap<string, string> = new Map(
  [
    ...['Ĳ IJ', 'ĳ ij', 'ŉ ʼn', 'Ǳ DZ', 'ǲ Dz', 'ǳ dz', 'Ǆ DŽ', 'ǅ Dž', 'ǆ dž', 'Ǉ LJ', 'ǈ Lj', 'ǉ lj', 'Ǌ NJ', 'ǋ Nj', 'ǌ nj'],
    ...['ﬀ ff', 'ﬁ fi', 'ﬂ fl', 'ﬃ ffi', 'ﬄ ffl', 'ﬅ ſt', 'ﬆ st'],
  ].map((pair) => pair.split(' ') as [string, string]),
);

/** Bytes 0x80 to 0xff as Windows-1252 shows them; bytes without a character there stay control characters. */
const byteOf: ReadonlyMap<string, number> = new Map(Array.from(windows1252, (character, byte) => [character, byte] as [string, number]));
const shown = (from: number, to: number): string =>
  `[${windows1252.slice(from, to + 1).replace(/[\]\\^-]/g, '\\$&')}${String.fromCharCode(from)}-${String.fromCharCode(Math.min(to, 0x9f))}]`;
const CONTINUATION = shown(0x80, 0xbf);
const letters = (from: number, to: number): string => `[${String.fromCharCode(from)}-${String.fromCharCode(to)}]`;

/** What nobody writes: é as Ã©, ” as â€, 🦊 as ðŸ¦Š. */
const CERTAIN = `[ÂÃÐ]${CONTINUATION}|â${shown(0x80, 0x9f)}${CONTINUATION}|ï[¬¸¼½]${CONTINUATION}|${letters(0xf0, 0xf4)}${CONTINUATION}{3}`;
/** Letters of two or three bytes, from two in a row on, since one alone can be meant: É® is no ɮ, and French closes a quotation with é\u00a0». */
const REPEATED = `(?:${letters(0xe0, 0xef)}${CONTINUATION}{2}){2,}|(?:${letters(0xc2, 0xdf)}${CONTINUATION}){2,}`;
/** UTF-8 that was read as Windows-1252 or Latin-1. */
const mojibake = new RegExp(`(?:${CERTAIN}|${REPEATED})+`, 'g');
/** Enough to read a whole line again, if it then is UTF-8 from end to end. */
const suspicious = new RegExp(`${CERTAIN}|${REPEATED}|(?:${letters(0xc2, 0xdf)}${CONTINUATION}.*){2}|(?:[a-z]\\s?|^)[ÂÃ] `);
/** Ã and a space: the no-break space that made it an à has become an ordinary one. Contractions aside (às), à is a word and keeps one. */
const grave = /Ã (?! |quele|quela|quilo|s )/g;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that these characters are as bytes; undefined when some are no bytes, or the bytes no UTF-8. */
const asUtf8 = (run: string): string | undefined => {
  const bytes = Array.from(run, (character) => byteOf.get(character) ?? character.codePointAt(0) ?? 0);
  if (bytes.some((byte) => byte > 0xff)) return undefined;
  try {
    return utf8.decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
};

const rereadLine = (line: string): string | undefined =>
  suspicious.test(line) ? (asUtf8(line) ?? asUtf8(line.replace(grave, 'Ã\u00a0 ').replace(/([ÂÃÅÎÐÙ]) /g, '$1\u00a0'))) : undefined;

/** Again and again, since text can be broken more than once. */
const rereadMojibake = (line: string): string => {
  let text = line;
  for (;;) {
    const mended = rereadLine(text) ?? text.replace(mojibake, (run) => asUtf8(run) ?? run);
    if (mended === text) return text;
    text = mended;
  }
};

const mendLine = (line: string, references: boolean): string => {
  let text = line;
  for (;;) {
    const before = text;
    if (references) text = unescapeCertain(text);
    text = rereadMojibake(text)
      .replace(/[\u0080-\u009f]/g, (control) => windows1252[control.charCodeAt(0)] as string)
      .replace(/[Ĳĳŉ\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]/g, (character) => ligatures.get(character) ?? character)
      .replace(/[\u3000\uff01-\uffef]/g, (character) => character.normalize('NFKC'))
      .replace(/[\u201c-\u201f]/g, '"')
      .replace(/[\u02bc\u2018-\u201b]/g, "'")
      .replace(/\r\n|[\r\u2028\u2029\u0085]/g, '\n')
      .replace(/\u001b\[[\d;]*[a-zA-Z]/g, '')
      .replace(/[\u0000-\u0008\u000b\u000e-\u001f\u007f\u206a-\u206f\ufeff\ufff9-\ufffc]/g, '')
      .normalize('NFC');
    if (text === before) return text;
  }
};

/**
 * Mends what commonly breaks on the way into a prompt, line by line. Of ftfy's repairs of text in the wrong encoding only the common one is
 * here: UTF-8 that was read as Windows-1252 or Latin-1.
 * @source ftfy 6.3, fix_text
 */
const mend = (text: string): string => {
  let references = true;
  // a tag in one line makes references there and below mean what they say
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? [])
    .map((line) => {
      references &&= !line.includes('<');
      return mendLine(line, references);
    })
    .join('');
};

/** Python's white space, which has the information separators and not the byte order mark. */
const SPACE = /[\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;

/** @source diffusers, pipeline_wan_i2v.py, prompt_clean */
export const repairPrompt = (prompt: string): string =>
  unescapeHtml(unescapeHtml(mend(prompt.toWellFormed())))
    .replace(SPACE, ' ')
    .replace(/^ | $/g, '');
