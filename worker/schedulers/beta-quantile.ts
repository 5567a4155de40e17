/** Quantiles of the beta distribution with both parameters 0.6, by which "Beta Sampling" spreads noise levels. */

const SHAPE = 0.6;
/** Gamma(0.6)^2 / Gamma(1.2) */
const BETA_FUNCTION = 2.4153442080024714;

/** The distribution function for x up to 1/2, by Lentz's continued fraction. @source Numerical Recipes, section 6.4 */
const lowerHalf = (x: number): number => {
  let numerator = 1;
  let denominator = 1 / (1 - (2 * SHAPE * x) / (SHAPE + 1));
  let fraction = denominator;
  for (let m = 1; m < 200; m++) {
    const even = (m * (SHAPE - m) * x) / ((SHAPE + 2 * m - 1) * (SHAPE + 2 * m));
    denominator = 1 / (1 + even * denominator);
    numerator = 1 + even / numerator;
    fraction *= denominator * numerator;
    const odd = (-(SHAPE + m) * (2 * SHAPE + m) * x) / ((SHAPE + 2 * m) * (SHAPE + 2 * m + 1));
    denominator = 1 / (1 + odd * denominator);
    numerator = 1 + odd / numerator;
    const change = denominator * numerator;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return ((x * (1 - x)) ** SHAPE * fraction) / (SHAPE * BETA_FUNCTION);
};

/**
 * Where a share of the distribution lies below: 0 → 0, 0.5 → 0.5, 1 → 1.
 * @param share from 0 to 1
 * @source Lee et al. 2024, "Beta Sampling is All You Need"; scipy.stats.beta.ppf(share, 0.6, 0.6)
 */
export const betaQuantile = (share: number): number => {
  if (share > 0.5) return 1 - betaQuantile(1 - share);
  let low = 0;
  let high = 0.5;
  // halving a double 100 times leaves neighbours, also near 0 where the function is steep
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (lowerHalf(middle) < share) low = middle;
    else high = middle;
  }
  return share === 0 ? 0 : share === 0.5 ? 0.5 : high;
};
