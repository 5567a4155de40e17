/** RGB bytes as the planes that the encoder takes: I420, BT.709, limited range. */

const BITS = 16;
const fixed = (value: number): number => Math.round(value * 2 ** BITS);

/** Luma of BT.709 scaled to 16..235, as 16-bit fixed point. */
const LUMA = [0.2126, 0.7152, 0.0722].map((weight) => fixed((weight * 219) / 255)) as [number, number, number];
/** Blue and red difference scaled to 16..240; each row adds up to 0, so that grey has no colour at all. */
const BLUE = [fixed((-0.2126 / 1.8556) * (224 / 255)), 0, fixed((0.9278 / 1.8556) * (224 / 255))] as [number, number, number];
BLUE[1] = -BLUE[0] - BLUE[2];
const RED = [fixed((0.7874 / 1.5748) * (224 / 255)), 0, fixed((-0.0722 / 1.5748) * (224 / 255))] as [number, number, number];
RED[1] = -RED[0] - RED[2];

const HALF = 2 ** (BITS - 1);
const LUMA_OFFSET = (16 << BITS) + HALF;
/** Four pixels are added up before they are weighed. */
const CHROMA_OFFSET = (128 << (BITS + 2)) + (HALF << 2);

/**
 * One frame; colour is the average of two by two pixels.
 * @param rgb interleaved, row major, widthPx * heightPx * 3 bytes; not modified
 * @param widthPx, heightPx even
 * @returns new bytes, widthPx * heightPx * 3 / 2: Y, then U, then V
 * @throws RangeError when a side is odd or the bytes do not fill the frame
 * @source ITU-R BT.709-6, items 3.2 to 3.5
 */
export const toI420 = (rgb: Uint8Array, widthPx: number, heightPx: number): Uint8Array => {
  const area = widthPx * heightPx;
  if (widthPx % 2 !== 0 || heightPx % 2 !== 0 || rgb.length !== area * 3) {
    throw new RangeError(`${rgb.length} bytes are no RGB frame of ${widthPx}×${heightPx} with even sides`);
  }
  const frame = new Uint8Array((area * 3) / 2);
  const [yR, yG, yB] = LUMA;
  for (let i = 0, p = 0; i < area; i++, p += 3) {
    frame[i] = (yR * (rgb[p] as number) + yG * (rgb[p + 1] as number) + yB * (rgb[p + 2] as number) + LUMA_OFFSET) >> BITS;
  }
  const [uR, uG, uB] = BLUE;
  const [vR, vG, vB] = RED;
  const row = widthPx * 3;
  const vStart = area + area / 4;
  for (let y = 0, to = 0; y < heightPx; y += 2) {
    for (let x = 0, p = y * row; x < widthPx; x += 2, p += 6, to++) {
      const below = p + row;
      const r = (rgb[p] as number) + (rgb[p + 3] as number) + (rgb[below] as number) + (rgb[below + 3] as number);
      const g = (rgb[p + 1] as number) + (rgb[p + 4] as number) + (rgb[below + 1] as number) + (rgb[below + 4] as number);
      const b = (rgb[p + 2] as number) + (rgb[p + 5] as number) + (rgb[below + 2] as number) + (rgb[below + 5] as number);
      frame[area + to] = (uR * r + uG * g + uB * b + CHROMA_OFFSET) >> (BITS + 2);
      frame[vStart + to] = (vR * r + vG * g + vB * b + CHROMA_OFFSET) >> (BITS + 2);
    }
  }
  return frame;
};
