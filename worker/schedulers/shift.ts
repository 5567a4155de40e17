/** Shifting of flow noise levels: larger clips need more steps at high noise. */

type Round = (value: number) => number;

/**
 * One noise level, shifted.
 * @param curve 'fixed' multiplies the odds by `amount`; 'linear' too, in another order of operations; 'exponential' by e^amount
 * @param round after every operation: Math.fround where the reference computes in float32, the identity where in float64
 * @source Esser et al. 2024, "Scaling Rectified Flow Transformers", equation 23
 */
export const shifted = (curve: 'fixed' | 'exponential' | 'linear', amount: number, sigma: number, round: Round): number => {
  if (curve === 'fixed') return round(round(round(amount) * sigma) / round(1 + round(round(amount - 1) * sigma)));
  const odds = round(curve === 'exponential' ? Math.exp(amount) : amount);
  return round(odds / round(odds + round(round(1 / sigma) - 1)));
};

/** Levels stretched so that the last one is `terminal`. @source LTX-Video, schedulers/rf.py */
export const stretchedToTerminal = (levels: Float64Array, terminal: number, round: Round): Float64Array => {
  const factor = round(round(1 - (levels[levels.length - 1] as number)) / round(1 - terminal));
  return levels.map((sigma) => round(1 - round(round(1 - sigma) / factor)));
};
