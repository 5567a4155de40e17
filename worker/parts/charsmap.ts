/** SentencePiece's precompiled character map: a double-array trie from byte sequences to their replacements. */

/** Where a unit of the array leads; as in the Darts library the low bits hold label, leaf mark and a scaled offset. */
const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);
const labelOf = (unit: number): number => unit & 0x8000_00ff;
const hasLeaf = (unit: number): boolean => (unit & 0x100) !== 0;
const placeOf = (unit: number): number => unit & 0x7fff_ffff;

/** Graphemes of up to this many bytes are looked up whole; longer ones character by character. */
const WHOLE_MAX_BYTES = 5;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * A normaliser from the `precompiled_charsmap` of a tokenizer.json, with the same odd habit as the original: the shortest entry that begins
 * a grapheme stands for the whole of it.
 * @param base64 length of the trie in bytes (uint32), its units (uint32 each, all little endian), then the replacements, each ended by 0
 * @throws RangeError when that is not what it holds
 * @source sentencepiece normalizer.cc; huggingface/tokenizers, spm_precompiled
 */
export const createCharsmap = (base64: string): ((text: string) => string) => {
  const bytes = Buffer.from(base64, 'base64');
  const trieBytes = bytes.length >= 4 ? bytes.readUInt32LE(0) : 0;
  if (trieBytes < 4 || trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length) throw new RangeError('the character map is cut off');
  const units = Int32Array.from({ length: trieBytes / 4 }, (_, i) => bytes.readInt32LE(4 + i * 4));
  const replacements = bytes.subarray(4 + trieBytes);

  /** The replacement at a place of the list; undefined where the list has no such place. */
  const replacementAt = (start: number): string | undefined => {
    const end = replacements.indexOf(0, start);
    return start < replacements.length ? decoder.decode(replacements.subarray(start, end === -1 ? undefined : end)) : undefined;
  };

  const find = (part: Uint8Array): string | undefined => {
    let node = offsetOf(units[0] as number);
    for (const byte of part) {
      if (byte === 0) return undefined;
      node ^= byte;
      const unit = units[node];
      if (unit === undefined || labelOf(unit) !== byte) return undefined;
      node ^= offsetOf(unit);
      if (hasLeaf(unit)) return replacementAt(placeOf(units[node] ?? 0));
    }
    return undefined;
  };

  return (text) => {
    let normal = '';
    for (const { segment } of graphemes.segment(text)) {
      const part = encoder.encode(segment);
      const whole = part.length <= WHOLE_MAX_BYTES ? find(part) : undefined;
      if (whole !== undefined) normal += whole;
      else for (const character of segment) normal += find(encoder.encode(character)) ?? character;
    }
    return normal;
  };
};
