/** Smoke and clouds look alike: whoever asks for smoke gets it before the sky only where the surest smoke in the picture is before the sky. */
import { GRID_AREA, quantileOf, shareOf } from '../vision/class-grid.ts';

const SKY = 1;
const SMOKE = 8;
/** The encoder's surest cells of smoke, as a share of all. */
const SURE_CELLS = 0.02;
/** They lie before the sky when it has this mean share there. */
const BEFORE_SKY = 0.38;

/**
 * @param classes probabilities [13, 64, 64] after smoke was looked for
 * @param seen the same as the encoder gave them
 * @param groups indices of the named classes
 * @returns probabilities of the same shape; unchanged where the sky was named, or smoke was not
 */
export const smokeBeforeSky = (classes: Float32Array, seen: Float32Array, groups: readonly (readonly number[])[]): Float32Array => {
  const named = groups.flat();
  if (!named.includes(SMOKE) || named.includes(SKY)) return classes;
  const [smoke, sky] = [shareOf(seen, [SMOKE]), shareOf(seen, [SKY])];
  const least = quantileOf(smoke, 1 - SURE_CELLS);
  const behind = sky.filter((_, i) => (smoke[i] as number) >= least);
  if (behind.reduce((sum, share) => sum + share, 0) / behind.length > BEFORE_SKY) return classes;
  const out = classes.slice();
  for (let i = 0; i < GRID_AREA; i++) {
    const taken = (out[SMOKE * GRID_AREA + i] as number) * (sky[i] as number);
    out[SMOKE * GRID_AREA + i] = (out[SMOKE * GRID_AREA + i] as number) - taken;
    out[SKY * GRID_AREA + i] = (out[SKY * GRID_AREA + i] as number) + taken;
  }
  return out;
};
