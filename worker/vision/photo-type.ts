/** What a file is, by its first bytes; a name or a declared type from outside means nothing. */

export type PhotoType = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/avif' | 'image/gif';

/** `photo`: can be read; `heic`: gets its own advice; `other`: what it is, for the refusal. */
export type Recognised = { readonly kind: 'photo'; readonly type: PhotoType } | { readonly kind: 'heic' } | { readonly kind: 'other'; readonly name: string };

const photo = (type: PhotoType): Recognised => ({ kind: 'photo', type });
const other = (name: string): Recognised => ({ kind: 'other', name });

const signatures: readonly (readonly [string, Recognised])[] = [
  ['\xff\xd8\xff', photo('image/jpeg')],
  ['\x89PNG\r\n\x1a\n', photo('image/png')],
  ['GIF87a', photo('image/gif')],
  ['GIF89a', photo('image/gif')],
  ['II*\0', other('TIFF')],
  ['MM\0*', other('TIFF')],
  ['%PDF', other('PDF')],
  ['PK\x03\x04', other('ZIP archive')],
  ['\x1f\x8b', other('gzip archive')],
  ['8BPS', other('Photoshop file')],
  ['\xff\x0a', other('JPEG XL')],
  ['\0\0\0\x0cJXL ', other('JPEG XL')],
  ['\0\0\0\x0cjP  ', other('JPEG 2000')],
  ['\x1aE\xdf\xa3', other('WebM video')],
  ['OggS', other('Ogg file')],
  ['ID3', other('MP3 audio')],
  ['\0\0\x01\0', other('icon')],
  ['\x7fELF', other('program')],
  ['MZ', other('program')],
  ['BM', other('BMP')],
];

const AVIF_BRANDS = /^(avif|avis)$/;
const HEIC_BRANDS = /^(heic|heix|hevc|hevx|heim|heis|hevm|hevs|mif1|msf1)$/;

/** Brands of an ISO base media file (ISO/IEC 14496-12, box `ftyp`), or null when it is none. */
const brandsOf = (head: string): readonly string[] | null => {
  if (head.slice(4, 8) !== 'ftyp') return null;
  const boxBytes = Buffer.from(head.slice(0, 4), 'latin1').readUInt32BE();
  const end = Math.min(head.length, boxBytes);
  const brands = [head.slice(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.slice(at, at + 4));
  return brands;
};

export const recognise = (bytes: Uint8Array): Recognised => {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1');
  const brands = brandsOf(head);
  if (brands) {
    if (brands.some((brand) => AVIF_BRANDS.test(brand))) return photo('image/avif');
    return brands.some((brand) => HEIC_BRANDS.test(brand)) ? { kind: 'heic' } : other('video');
  }
  if (head.startsWith('RIFF')) return head.slice(8, 12) === 'WEBP' ? photo('image/webp') : other(head.slice(8, 12) === 'AVI ' ? 'AVI video' : 'RIFF file');
  const match = signatures.find(([start]) => head.startsWith(start));
  if (match) return match[1];
  if (/<svg[\s>]/i.test(head)) return other('SVG');
  if (/^\s*<(!doctype html|html)/i.test(head)) return other('web page');
  return other(/[\0-\x08\x0e-\x1f]/.test(head) ? 'unknown' : 'text');
};
