/** What a photo loses by having half as many places for its colour, however finely it is coded afterwards. */
import type { Raster } from './resample.ts';

/** Every how many-th line of colour is looked at; no divisor of the 8 of JPEG blocks. */
const EVERY = 5;

/** Weights of four neighbours for a place a quarter off the second one. @source Keys 1981 with a = -0.6, the filter ffmpeg calls bicubic */
const TAPS = [1.75, 0.75, 0.25, 1.25].map((x) => {
  const a = -0.6;
  return x < 1 ? (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1 : a * (x ** 3 - 5 * x ** 2 + 8 * x - 4);
}) as [number, number, number, number];

/** BT.709 without the offsets, 0..255. */
const LUMA = [0.2126, 0.7152, 0.0722] as const;
const [PER_BLUE, PER_RED] = [1.8556, 1.5748];
const FROM_LIMITED = 255 / 224;

/**
 * Mean squared error over red, green and blue, 0..255, of a picture drawn with its own light and this colour.
 * @param rgb interleaved
 * @param chroma U, then V, each half as wide and high as the picture, limited range, between the pixels
 */
export const colourLoss = ({ rgb, widthPx, heightPx }: Raster, chroma: Uint8Array): number => {
  const [width, height] = [widthPx / 2, heightPx / 2];
  const area = width * height;
  const [blue, red] = [new Float32Array(widthPx), new Float32Array(widthPx)];
  let [sum, count] = [0, 0];
  for (let line = 0; line < height; line += EVERY) {
    for (const lower of [0, 1]) {
      drawLine(chroma.subarray(0, area), width, height, line, lower, blue);
      drawLine(chroma.subarray(area), width, height, line, lower, red);
      for (let x = 0, p = (2 * line + lower) * widthPx * 3; x < widthPx; x++, p += 3) {
        const [r, g, b] = [rgb[p] as number, rgb[p + 1] as number, rgb[p + 2] as number];
        const light = LUMA[0] * r + LUMA[1] * g + LUMA[2] * b;
        const drawnR = within(light + PER_RED * (red[x] as number));
        const drawnB = within(light + PER_BLUE * (blue[x] as number));
        const drawnG = within(light - (LUMA[0] * PER_RED * (red[x] as number) + LUMA[2] * PER_BLUE * (blue[x] as number)) / LUMA[1]);
        sum += (drawnR - r) ** 2 + (drawnG - g) ** 2 + (drawnB - b) ** 2;
      }
      count += 3 * widthPx;
    }
  }
  return sum / Math.max(1, count);
};

const within = (value: number): number => Math.max(0, Math.min(value, 255));

/** One line of one colour at full width, as a share of 255 about 0. @param lower whether it is the lower of the two lines that share a line of colour */
const drawLine = (plane: Uint8Array, width: number, height: number, line: number, lower: number, out: Float32Array): void => {
  const column = new Float32Array(width);
  for (const [k, tap] of TAPS.entries()) {
    // the upper line lies a quarter above its line of colour, the lower one as far below it
    const from = Math.max(0, Math.min(line + (lower === 0 ? k - 2 : 2 - k), height - 1)) * width;
    for (let x = 0; x < width; x++) column[x] = (column[x] as number) + tap * (plane[from + x] as number);
  }
  const at = (x: number): number => column[Math.max(0, Math.min(x, width - 1))] as number;
  const [t0, t1, t2, t3] = TAPS;
  for (let x = 0; x < width; x++) {
    out[2 * x] = (t0 * at(x - 2) + t1 * at(x - 1) + t2 * at(x) + t3 * at(x + 1) - 128) * FROM_LIMITED;
    out[2 * x + 1] = (t0 * at(x + 2) + t1 * at(x + 1) + t2 * at(x) + t3 * at(x - 1) - 128) * FROM_LIMITED;
  }
};
