/** Photos for tests, friendly and hostile, made on the spot: by sharp where a real encoder is needed, by hand where none would do it. */
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** Four quarters: red, green above; blue, yellow below. Which is where tells every orientation apart. */
export const quarters = { red: [220, 40, 30], green: [40, 180, 60], blue: [40, 60, 200], yellow: [230, 220, 50] } as const;

/** Raw RGB of the four quarters. */
const quartersRgb = (widthPx: number, heightPx: number): Buffer => {
  const rgb = Buffer.alloc(widthPx * heightPx * 3);
  const { red, green, blue, yellow } = quarters;
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const left = x < widthPx / 2;
      rgb.set(y < heightPx / 2 ? (left ? red : green) : left ? blue : yellow, (y * widthPx + x) * 3);
    }
  }
  return rgb;
};

const picture = (widthPx = 96, heightPx = 64): Sharp => sharp(quartersRgb(widthPx, heightPx), { raw: { width: widthPx, height: heightPx, channels: 3 } });

export const jpeg = (widthPx?: number, heightPx?: number): Promise<Buffer> =>
  picture(widthPx, heightPx).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
export const png = (widthPx?: number, heightPx?: number): Promise<Buffer> => picture(widthPx, heightPx).png().toBuffer();
export const webp = (): Promise<Buffer> => picture().webp({ lossless: true }).toBuffer();
export const avif = (): Promise<Buffer> => picture().avif({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer();

/** Two frames: the four quarters, then black. */
export const animatedGif = (): Promise<Buffer> => {
  const [width, height] = [96, 64];
  const frames = Buffer.concat([quartersRgb(width, height), Buffer.alloc(width * height * 3)]);
  return sharp(frames, { raw: { width, height: height * 2, channels: 3, pageHeight: height } })
    .gif({ delay: [100, 100] })
    .toBuffer();
};

export const cmykJpeg = (): Promise<Buffer> => picture().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
export const greyPng = (): Promise<Buffer> => picture().greyscale().toColourspace('b-w').png().toBuffer();
export const deepPng = (): Promise<Buffer> => picture().toColourspace('rgb16').png().toBuffer();
/** Wide-gamut pixels with their profile: the same bytes mean stronger colours. */
export const displayP3Jpeg = (): Promise<Buffer> => picture().withIccProfile('p3').jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();

/** Opaque on the left, nothing on the right. */
export const transparentPng = (): Promise<Buffer> => {
  const [width, height] = [96, 64];
  const rgba = Buffer.alloc(width * height * 4);
  for (let i = 0; i < width * height; i++) if (i % width < width / 2) rgba.set([220, 40, 30, 255], i * 4);
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
};

/** Where the pixel that a viewer shows at (x, y) of a W × H picture is stored, per orientation (EXIF 2.32, table 6). */
const storedAt: readonly ((x: number, y: number, W: number, H: number) => readonly [number, number])[] = [
  (x, y) => [x, y],
  (x, y, W) => [W - 1 - x, y],
  (x, y, W, H) => [W - 1 - x, H - 1 - y],
  (x, y, _W, H) => [x, H - 1 - y],
  (x, y) => [y, x],
  (x, y, W) => [y, W - 1 - x],
  (x, y, W, H) => [H - 1 - y, W - 1 - x],
  (x, y, _W, H) => [H - 1 - y, x],
];

/** The four quarters stored so that they appear upright when the EXIF orientation, 1 to 8, is applied. */
export const oriented = (orientation: number): Promise<Buffer> => {
  const [W, H] = [96, 64];
  const [width, height] = orientation < 5 ? [W, H] : [H, W];
  const upright = quartersRgb(W, H);
  const stored = Buffer.alloc(upright.length);
  const place = storedAt[orientation - 1];
  if (!place) throw new Error('orientation is 1 to 8');
  for (let y = 0; y < H; y++) {
    for (let x = 0; x < W; x++) {
      const [sx, sy] = place(x, y, W, H);
      stored.set(upright.subarray((y * W + x) * 3, (y * W + x) * 3 + 3), (sy * width + sx) * 3);
    }
  }
  return sharp(stored, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();
};

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
};

/** A few kilobytes that unpack to a square of one-bit pixels. */
export const bombPng = (sidePx = 16_000): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sidePx, 0);
  header.writeUInt32BE(sidePx, 4);
  header[8] = 1;
  const rows = Buffer.alloc(sidePx * (1 + Math.ceil(sidePx / 8)));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
};

/** The first boxes of what an iPhone sends. */
export const heic = (): Buffer => Buffer.concat([Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), Buffer.alloc(400, 1)]);
export const mp4Video = (): Buffer => Buffer.concat([Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1'), Buffer.alloc(400, 1)]);

export const svg = (): Buffer =>
  Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><image href="file:///etc/passwd"/></svg>');
export const text = (): Buffer => Buffer.from('This is a shopping list and not a photo.\n'.repeat(20));
export const pdf = (): Buffer => Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj\n');
export const zip = (): Buffer => Buffer.from('PK\x03\x04\x14\0\0\0\x08\0', 'latin1');
export const tiff = (): Promise<Buffer> => picture().tiff().toBuffer();
/** A playlist that makes old ffmpegs fetch an address, called a GIF. */
export const disguisedPlaylist = (): Buffer => Buffer.from('#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0,\nhttp://127.0.0.1:1/secret\n#EXT-X-ENDLIST\n');

/** Noise does not compress: this JPEG is over 15 MB. */
export const hugeJpeg = (): Promise<Buffer> => {
  const [width, height] = [3200, 2400];
  const rgb = Buffer.alloc(width * height * 3);
  let state = 1;
  for (let i = 0; i < rgb.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    rgb[i] = state >>> 24;
  }
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
};
