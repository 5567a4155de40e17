/** How finely a clip is coded the first time, from what its first frame holds. */
import type { Rate } from './profiles.ts';

/** Almost without loss for nearly every picture. */
export const USUAL_RATE = { crf: 18 } as const satisfies Rate;

/** For pictures full of fine detail and fine colour: 1.0 to 1.3 decibels more for 1.5 to 1.9 times the bytes, measured on four clips. */
const FINE_RATE = { crf: 16, chromaQpOffset: -6 } as const satisfies Rate;

/** Mean squared error over red, green and blue that is expected of the usual rate and does not show yet: 35 decibels. */
const MOST_ERROR = 20.6;

/**
 * Measured on ten clips of 640 to 1280 pixels: what half the size loses of finest colour, and what the coder adds to busy
 * pictures.
 */
const LOST_COLOUR = 0.5;
const CODED = 5.2;

/**
 * The coder gives busy blocks fewer bits than flat ones, whether or not anything else in the picture is calm, and colour
 * has a quarter of the places of light. A picture that is busy all over and full of fine colour suffers from both.
 * @param frame I420 of a clip's first frame, widthPx * heightPx * 3 / 2 bytes; anything else gets the usual rate, for
 *   whoever reads the frames next says what is wrong
 */
export const firstRate = (frame: Uint8Array, { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number }): Rate => {
  if (frame.length !== (widthPx * heightPx * 3) / 2) return USUAL_RATE;
  const [light, blue, red] = planes(frame, widthPx, heightPx);
  // squared weights of the two differences in red, green and blue of BT.709
  const expected = LOST_COLOUR * (1.5 * fineness(blue) + 1.17 * fineness(red)) + CODED * coarsening(light, blue, red);
  return expected > MOST_ERROR ? FINE_RATE : USUAL_RATE;
};

interface Plane {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const planes = (frame: Uint8Array, width: number, height: number): [Plane, Plane, Plane] => {
  const area = width * height;
  const half = { width: width / 2, height: height / 2 };
  return [
    { data: frame.subarray(0, area), width, height },
    { data: frame.subarray(area, (area * 5) / 4), ...half },
    { data: frame.subarray((area * 5) / 4), ...half },
  ];
};

/** Mean squared difference between a place and its four neighbours. */
const fineness = ({ data, width, height }: Plane): number => {
  let sum = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      const around = (data[at - 1] as number) + (data[at + 1] as number) + (data[at - width] as number) + (data[at + width] as number);
      sum += ((data[at] as number) - around / 4) ** 2;
    }
  }
  return sum / Math.max(1, (width - 2) * (height - 2));
};

const BLOCK_PX = 16;

/**
 * Mean over the blocks of the factor by which adaptive quantisation scales the squared error.
 * @source x264, encoder/ratecontrol.c, x264_adaptive_quant_frame, aq-mode 1 at strength 1: the quantiser rises with the
 *   logarithm of a block's variance and doubles the step every 6
 */
const coarsening = (light: Plane, blue: Plane, red: Plane): number => {
  const [columns, rows] = [Math.floor(light.width / BLOCK_PX), Math.floor(light.height / BLOCK_PX)];
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const energy = energyOf(light, column, row, BLOCK_PX) + energyOf(blue, column, row, BLOCK_PX / 2) + energyOf(red, column, row, BLOCK_PX / 2);
      sum += 2 ** ((1.0397 * (Math.log2(Math.max(1, energy)) - 14.427)) / 3);
    }
  }
  return sum / Math.max(1, columns * rows);
};

/** Sum of squares about the mean of one block. */
const energyOf = ({ data, width }: Plane, column: number, row: number, side: number): number => {
  let [sum, squares] = [0, 0];
  for (let y = row * side; y < (row + 1) * side; y++) {
    for (let x = column * side, at = y * width + x; x < (column + 1) * side; x++, at++) {
      const value = data[at] as number;
      sum += value;
      squares += value * value;
    }
  }
  return squares - (sum * sum) / (side * side);
};
