/** How finely a clip is coded the first time, from what its first frame holds. */
import type { Rate } from './profiles.ts';

/** Almost without loss for nearly every picture. */
export const USUAL_RATE = { crf: 18 } as const satisfies Rate;

interface Step {
  readonly rate: Rate;
  /** Share of the usual squared error that it leaves, measured on seven clips. */
  readonly errorShare: number;
}

/** For pictures full of fine detail and fine colour. */
const FINE: Step = { rate: { crf: 16, chromaQpOffset: -6 }, errorShare: 0.44 };
const FINEST: Step = { rate: { crf: 12, chromaQpOffset: -6 }, errorShare: 0.2 };
/** Coarsest first. */
const STEPS: readonly Step[] = [{ rate: USUAL_RATE, errorShare: 1 }, FINE, { rate: { crf: 14, chromaQpOffset: -6 }, errorShare: 0.3 }, FINEST];

/** Mean squared errors over red, green and blue: 34.6 decibels are wanted, 34 are owed. */
const WANTED = 22.5;
const OWED = 25.9;

/** What the usual rate adds to a picture that is moderately busy all over; 2.5 on calm ones to 7.2 on the busiest of 49 photos. */
const CODED = 6.5;
/** What half the size loses of colour that differs from its neighbours; 0.2 to 0.7, so the engine's own measure is better. */
const LOST_COLOUR = 0.5;

/**
 * The coder gives busy blocks fewer bits than flat ones, whether or not anything else in the picture is calm, and colour
 * has a quarter of the places of light. A picture that is busy all over and full of fine colour suffers from both; the
 * coder makes room for what the colour has lost already, unless that alone is too much.
 * @param frame I420 of a clip's first frame, widthPx * heightPx * 3 / 2 bytes; anything else gets the usual rate, for
 *   whoever reads the frames next says what is wrong
 */
export const firstRate = (
  frame: Uint8Array,
  { widthPx, heightPx, colourLoss }: { readonly widthPx: number; readonly heightPx: number; readonly colourLoss?: number | undefined },
): Rate => {
  if (frame.length !== (widthPx * heightPx * 3) / 2) return USUAL_RATE;
  const [light, blue, red] = planes(frame, widthPx, heightPx);
  // squared weights of the two differences in red, green and blue of BT.709
  const lost = colourLoss ?? LOST_COLOUR * (1.5 * fineness(blue) + 1.17 * fineness(red));
  const coded = CODED * coarsening(light, blue, red);
  const expected = ({ errorShare }: Step): number => lost + coded * errorShare;
  const last = expected(FINEST) <= OWED ? FINEST : FINE;
  return (STEPS.find((step) => expected(step) <= WANTED) ?? last).rate;
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
