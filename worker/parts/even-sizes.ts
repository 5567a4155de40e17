/** Makes the sizes of a sampled swing differ less from cell to cell of one class; the phases stay as they are. */
import { clamp } from '../tensor/ops.ts';
import { AREA, CELLS, type Plane, plane, type Swing } from './smooth-phase.ts';

/** Cells over which sizes are averaged, and the deviation of the Gaussian that weighs them. */
const WINDOW = { radius: 7, sigma: 5.5 } as const;
/** Sizes are changed by no more than these factors. */
const EVEN = { least: 1 / 4, most: 4 } as const;
/** A swing, in shares of the frame, that nobody can see. */
const FAINT = 1e-5;

const near = Float64Array.from({ length: 2 * WINDOW.radius + 1 }, (_, i) => Math.exp(-((i - WINDOW.radius) ** 2) / (2 * WINDOW.sigma * WINDOW.sigma)));

/**
 * @param swings the x and y axis of each frequency
 * @param shares how far each cell belongs to each class that may swing, 0..1
 * @param powers per frequency and cell: sizes are drawn to their mean by this power, 0..1
 * @source reference numbers in test/golden/settle.json
 */
export const evenSizes = (swings: readonly (readonly Swing[])[], shares: readonly Plane[], powers: readonly Plane[]): Swing[][] => {
  const there = shares.filter((share) => share.some((value) => value > 0));
  const total = kinMean(
    plane(() => 1),
    there,
  );
  return swings.map((axes, f) => {
    const sizes = plane((i) => Math.sqrt(axes.reduce((sum, { re, im }) => sum + (re[i] as number) ** 2 + (im[i] as number) ** 2, 0)));
    const mean = kinMean(sizes, there);
    const factors = plane((i) => {
      const usual = (mean[i] as number) / ((total[i] as number) + 1e-9);
      return clamp(((usual + FAINT) / ((sizes[i] as number) + FAINT)) ** ((powers[f] as Plane)[i] as number), EVEN.least, EVEN.most);
    });
    const scaled = (values: Plane): Plane => values.map((value, i) => value * (factors[i] as number));
    return axes.map(({ re, im }) => ({ re: scaled(re), im: scaled(im) }));
  });
};

/** Sum over a window that counts cells as far as they belong to the same class; not normalised. */
const kinMean = (map: Plane, shares: readonly Plane[]): Plane => {
  const out = new Float64Array(AREA);
  for (const share of shares) {
    const across = blur(
      plane((i) => (share[i] as number) * (map[i] as number)),
      1,
    );
    const both = blur(across, CELLS);
    for (let i = 0; i < AREA; i++) out[i] = (out[i] as number) + (share[i] as number) * (both[i] as number);
  }
  return out;
};

/** One pass of the window along x (stride 1) or y (stride CELLS); beyond the border there is nothing. */
const blur = (map: Plane, stride: 1 | typeof CELLS): Plane =>
  plane((i) => {
    const at = stride === 1 ? i % CELLS : Math.floor(i / CELLS);
    let sum = 0;
    for (let d = Math.max(-WINDOW.radius, -at); d <= Math.min(WINDOW.radius, CELLS - 1 - at); d++) {
      sum += (near[d + WINDOW.radius] as number) * (map[i + d * stride] as number);
    }
    return sum;
  });
