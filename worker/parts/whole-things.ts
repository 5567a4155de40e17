/** What was named is one thing with an edge: where the encoder is of two minds, the picture is cut in two where the evidence changes most. */
import { smoothStep } from '../tensor/ops.ts';
import { GRID_AREA, quantileOf, setShare, shareOf } from '../vision/class-grid.ts';
import { colourMean } from '../vision/colour-mean.ts';
import { classCue } from './class-cues.ts';

/** Sky is found without help, people have no colours of their own, and what floats is small and seldom missed. */
const SKY = 1;
const FLOATING = 11;
/** The encoder's own surest cells: at this share of the picture's cells it is asked how sure it is. */
const SURE_CELLS = 0.02;
/** From the first share on its own outline begins to count beside the cut, and counts in full at the second. */
const OWN = { from: 0.1, to: 0.3 } as const;
/** From the first share on the cut begins to lose its say, and has none at the second. */
const CUT = { from: 0.3, to: 0.7 } as const;
/** Below these shares a thing is not there: water is known best, smoke and cloth are hardly ever known. */
const THERE_WATER = 0.07;
const THERE_FAINT = 0.012;
const THERE = 0.02;
const WATER = [2, 3];
const GREEN = [4, 5];
const HARDLY_KNOWN = [6, 8];
/** A thing fills at least and at most these shares of the picture. */
const AREA = { least: 0.01, most: 0.7 } as const;
/** Inside, the mean logarithm of the odds is higher by at least this, for what is small in most photos. */
const LEAST_STEP = 0.8;
/** Where between the mean outside and the mean inside the edge runs, and how steep it is: steeper, the renderer holds back what moves beside it. */
const EDGE = 0.52;
const STEEP = 4;
const FAINT = 1e-4;
const LEAST_OWN = 1e-3;

/**
 * @param decided probabilities [13, 64, 64] after the words were believed
 * @param seen the same as the encoder gave them
 * @param lab the photo in CIELAB, [3, 64, 64]
 * @param groups indices of the named classes, those that count together in one group
 * @returns probabilities of the same shape; what was named and is nowhere to be seen gets its own small shares back
 * @source Otsu 1979, "A threshold selection method from gray-level histograms", of evidence averaged over like colours
 */
export const wholeThings = (decided: Float32Array, seen: Float32Array, lab: Float32Array, groups: readonly (readonly number[])[]): Float32Array => {
  const out = decided.slice();
  for (const group of groups) {
    if (group.includes(SKY) || group.includes(FLOATING)) continue;
    const share = shareOf(seen, group);
    const sure = quantileOf(share, 1 - SURE_CELLS);
    const isGreen = GREEN.every((index) => group.includes(index));
    // flowers are told from leaves by their cue alone, however sure the encoder is of plants
    const cutCounts = isGreen ? 1 : 1 - smoothStep(sure, CUT.from, CUT.to);
    if (cutCounts === 0) continue;
    const cue = classCue(group, seen, lab);
    const evidence = colourMean(
      share.map((value, i) => Math.log((value + FAINT) / (1 - value + FAINT)) + (cue[i] as number)),
      lab,
    );
    const { inside, outside } = cutInTwo(evidence);
    const isSmall = !group.some((index) => WATER.includes(index) || GREEN.includes(index));
    if (sure < leastSure(group) || (isSmall && inside - outside < LEAST_STEP)) {
      setShare(out, group, share);
      continue;
    }
    const edge = outside + EDGE * (inside - outside);
    const ownCounts = Math.max(1 - cutCounts, smoothStep(sure, OWN.from, OWN.to));
    const own = shareOf(out, group);
    setShare(
      out,
      group,
      own.map((value, i) => {
        const before = Math.log((value + LEAST_OWN) / (1 - value + LEAST_OWN));
        return 1 / (1 + Math.exp(-ownCounts * before - cutCounts * STEEP * ((evidence[i] as number) - edge)));
      }),
    );
  }
  return out;
};

const leastSure = (group: readonly number[]): number =>
  group.some((index) => WATER.includes(index)) ? THERE_WATER : group.some((index) => HARDLY_KNOWN.includes(index)) ? THERE_FAINT : THERE;

/** Means of the two parts that differ most, among all ways to cut by one threshold. */
const cutInTwo = (evidence: Float32Array): { readonly inside: number; readonly outside: number } => {
  const sorted = evidence.toSorted();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  let best = { inside: 0, outside: 0, between: -1 };
  let below = 0;
  for (let count = 1; count < GRID_AREA; count++) {
    below += sorted[count - 1] as number;
    const part = 1 - count / GRID_AREA;
    if (part > AREA.most || part < AREA.least) continue;
    const [inside, outside] = [(total - below) / (GRID_AREA - count), below / count];
    const between = count * (GRID_AREA - count) * (inside - outside) ** 2;
    if (between > best.between) best = { inside, outside, between };
  }
  return best;
};
