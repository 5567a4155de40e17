/** Hair grows on heads: where a face was found, hair is what has the colours around it and hangs together with it, and a coat is not. */
import { smoothStep } from '../tensor/ops.ts';
import { boxMean, GRID_AREA, GRID_SIDE, quantileOf } from '../vision/class-grid.ts';
import type { FaceBox } from '../vision/face-boxes.ts';
import { faceShare } from './still-faces.ts';

const HAIR = 9;
/** A rectangle around the box of a face: in its widths to both sides of its middle, in its heights below its top. */
interface Around {
  readonly across: number;
  readonly above: number;
  readonly below: number;
}
/** Where hair begins on any head; where there is skin; what may hang from a head at all; beyond what hardly anything does. */
const RING: Around = { across: 0.95, above: -0.55, below: 0.85 };
const SKIN: Around = { across: 0.22, above: 0.35, below: 0.75 };
const REACH: Around = { across: 2.5, above: -1.5, below: 4.5 };
const USUAL: Around = { across: 1.5, above: -1.2, below: 3 };
/** Where coats and dresses are, the only things that are taken from hair: to the sides it may blow as far as it likes. */
const COAT: Around = { across: 2, above: 0.9, below: 4.5 };
/** So near the head the encoder is believed; outwards less, until it is asked for its colours from the second factor on. */
const HEAD: Around = { across: 1.25, above: -0.9, below: 1.2 };
const BELIEVED = { from: 0.9, to: 1.2 } as const;
/** Seeds: cells of the ring with this part of the encoder's share in the surest tenth, which is at least so large; skin is none. */
const SURE = { part: 0.9, share: 0.4, least: 0.04, seeds: 4, skin: 0.5 } as const;
/** Distance of the mean colours of skin and hair in CIELAB: 2.4 on a lion, 14 and more on thirteen photos of people. */
const FURRY = 8;
/** With less than this part of that share, a cell belongs to the rest of the picture. */
const REST_SHARE = 0.3;
/** There is a background when this part of the picture is beyond what usually hangs from the head. */
const BACKGROUND = 0.15;
/** Deviations of lightness and of both axes of colour (CIELAB) within which cells are alike. */
const ALIKE = [9, 5, 7] as const;
/** Seeds that the rest of the picture explains better lose their say, in so many rounds. */
const ROUNDS = 9;
const EXPLAINED = 2;
/** What speaks against hair: the colours of the rest, those of the face, and colours not seen before; by this power more, further away. */
const AGAINST = { rest: 0.5, skin: 0.5, unseen: 0.01, away: 1.2 } as const;
/** Chances from which a cell may be hair, and surely is; near the head less is enough. */
const LIKELY = { from: 0.3, to: 0.6 } as const;
const POSSIBLE = { from: 0.05, to: 0.2 } as const;
/** Cells around a cell whose mean decides: strands are lighter and darker than each other. */
const EVEN_CELLS = 1;
/** Hair ends so softly: what swings beside what stays is held back by the strain between them. */
const FADE_CELLS = { large: 1, small: 2 } as const;
/** A face of so many cells across is large: around a smaller one the cells are too coarse to tell single strands from the background. */
const LARGE_CELLS = 9;
/** Hair leads on to its neighbours from this likeness on. */
const LEADS = 0.5;
/** So many cells of a kind tell its colours. */
const SAMPLE = 100;
const FAINT = 1e-6;
/** In a crowd, only so many of the largest heads are looked at one by one. */
const MOST_HEADS = 12;

/**
 * @param classes probabilities [13, 64, 64] after the named things were found
 * @param seen the same as the encoder gave them
 * @param lab the photo in CIELAB, [3, 64, 64]
 * @param faces in shares of the photo's width and height
 * @returns probabilities of the same shape: below heads, hair of other colours is static; unchanged without faces, and elsewhere
 * @source in the manner of GrabCut (Rother et al. 2004): two models of colour, of which the one is learnt where the thing must be
 */
export const hairNearFaces = (classes: Float32Array, seen: Float32Array, lab: Float32Array, faces: readonly FaceBox[]): Float32Array => {
  const share = seen.subarray(HAIR * GRID_AREA, (HAIR + 1) * GRID_AREA);
  const masked = faceShare(faces);
  const heads = faces.map((face) => placesAround(face));
  const largest = faces.toSorted((a, b) => areaOf(b) - areaOf(a)).slice(0, MOST_HEADS);
  const likely = faces.map((face, f) => (largest.includes(face) ? likelyHair(share, lab, masked, heads[f] as Place[], isLarge(face)) : undefined));
  if (likely.every((one) => one === undefined)) return classes;
  const keeps = new Float32Array(GRID_AREA).fill(1);
  for (let i = 0; i < GRID_AREA; i++) {
    let keep = 0;
    let reached = false;
    for (const [f, places] of heads.entries()) {
      const place = places[i] as Place;
      keep = Math.max(keep, likely[f] === undefined ? nearHead(place) : (likely[f][i] as number));
      reached ||= likely[f] !== undefined && isIn(place, COAT);
    }
    if (reached) keeps[i] = keep;
  }
  const soft = boxMean(keeps, faces.some(isLarge) ? FADE_CELLS.large : FADE_CELLS.small);
  const out = classes.slice();
  for (const [i, hard] of keeps.entries()) {
    const keep = Math.max(hard, soft[i] as number);
    const at = HAIR * GRID_AREA + i;
    const taken = (out[at] as number) * (1 - keep);
    out[at] = (out[at] as number) - taken;
    out[i] = (out[i] as number) + taken;
  }
  return out;
};

const isLarge = ({ left, right }: FaceBox): boolean => (right - left) * GRID_SIDE >= LARGE_CELLS;

const areaOf = ({ left, top, right, bottom }: FaceBox): number => (right - left) * (bottom - top);

/** Where a cell lies as seen from a face: widths from its middle, heights below its top. */
interface Place {
  readonly across: number;
  readonly below: number;
}

const placesAround = ({ left, top, right, bottom }: FaceBox): Place[] =>
  Array.from({ length: GRID_AREA }, (_, i) => ({
    across: Math.abs(((i % GRID_SIDE) + 0.5) / GRID_SIDE - (left + right) / 2) / (right - left),
    below: ((Math.floor(i / GRID_SIDE) + 0.5) / GRID_SIDE - top) / (bottom - top),
  }));

const isIn = ({ across, below }: Place, around: Around): boolean => across <= around.across && below >= around.above && below <= around.below;

/** 1 at the sides of the rectangle. */
const timesAway = ({ across, below }: Place, around: Around): number =>
  Math.max(across / around.across, below < 0 ? below / around.above : below / around.below);

/** How far the encoder is believed there. */
const nearHead = (place: Place): number => 1 - smoothStep(timesAway(place, HEAD), BELIEVED.from, BELIEVED.to);

/** In sizes of the face, beyond the head. */
const beyondHead = ({ across, below }: Place): number => Math.hypot(Math.max(0, across - 0.9), Math.max(0, -below - 0.5, (below - 1.2) / 2));

/** 0..1 in every cell that hangs together with sure hair or is near the head; undefined where no hair is sure. */
const likelyHair = (share: Float32Array, lab: Float32Array, masked: Float32Array, places: readonly Place[], large: boolean): Float32Array | undefined => {
  const cells = Array.from(places.keys());
  const skin = cells.filter((i) => isIn(places[i] as Place, SKIN));
  const ring = cells.filter((i) => (masked[i] as number) < 0.1 && isIn(places[i] as Place, RING));
  if (skin.length === 0 || ring.length === 0) return undefined;
  const sure = quantileOf(
    Float32Array.from(ring, (i) => share[i] as number),
    SURE.part,
  );
  if (sure < SURE.least) return undefined;
  const bare = likeness(lab, skin);
  const barest = Math.max(...skin.map(bare));
  const haired = ring.filter((i) => (share[i] as number) > SURE.share * sure);
  const seeds = sampled(haired.filter((i) => bare(i) < SURE.skin * barest));
  if (seeds.length < SURE.seeds || isFurry(lab, skin, haired)) return undefined;
  const rest = likeness(
    lab,
    cells.filter((i) => (share[i] as number) < REST_SHARE * sure || !isIn(places[i] as Place, USUAL)),
  );
  const explained = seeds.map(rest);
  let weights = seeds.map(() => 1);
  for (let round = 0; round < ROUNDS; round++) {
    const own = seeds.map(likeness(lab, seeds, weights));
    weights = weights.map((weight, k) => (weight * (own[k] as number)) / ((own[k] as number) + EXPLAINED * (explained[k] as number) + FAINT));
  }
  const hair = likeness(lab, seeds, weights);
  const chance = Float32Array.from(places, (place, i) => {
    if (!isIn(place, REACH)) return 0;
    const own = hair(i);
    const against = AGAINST.rest * rest(i) + AGAINST.skin * bare(i) + AGAINST.unseen;
    return own / (own + Math.exp(AGAINST.away * beyondHead(place)) * against);
  });
  // where a head fills the picture there is no background to tell from it
  const beyond = cells.filter((i) => !isIn(places[i] as Place, USUAL));
  const background = !large || beyond.length < BACKGROUND * GRID_AREA ? undefined : likeness(lab, beyond);
  const possible = boxMean(
    Float32Array.from(places, (place, i) =>
      background === undefined || nearHead(place) === 0 ? 1 : hair(i) / (hair(i) + AGAINST.rest * background(i) + FAINT),
    ),
    EVEN_CELLS,
  );
  const hanging = connected(
    boxMean(chance, EVEN_CELLS).map((value) => smoothStep(value, LIKELY.from, LIKELY.to)),
    seeds,
  );
  return hanging.map((value, i) => Math.max(value, nearHead(places[i] as Place) * smoothStep(possible[i] as number, POSSIBLE.from, POSSIBLE.to)));
};

/** An animal's face has the colour of its mane. */
const isFurry = (lab: Float32Array, skin: readonly number[], haired: readonly number[]): boolean => {
  const mean = (cells: readonly number[], c: number): number => cells.reduce((sum, i) => sum + (lab[c * GRID_AREA + i] as number), 0) / cells.length;
  return Math.hypot(...[0, 1, 2].map((c) => mean(skin, c) - mean(haired, c))) < FURRY;
};

const sampled = (cells: readonly number[]): number[] => {
  const step = Math.max(1, Math.ceil(cells.length / SAMPLE));
  return cells.filter((_, k) => k % step === 0);
};

/** How much a cell looks like the weighted mean of some cells, 0..1. */
const likeness = (lab: Float32Array, all: readonly number[], weights?: readonly number[]): ((cell: number) => number) => {
  const cells = weights === undefined ? sampled(all) : all;
  const total = weights === undefined ? cells.length : weights.reduce((sum, weight) => sum + weight, 0);
  const values = cells.map((i) => ALIKE.map((deviation, c) => (lab[c * GRID_AREA + i] as number) / deviation));
  return (cell) => {
    const [L, a, b] = ALIKE.map((deviation, c) => (lab[c * GRID_AREA + cell] as number) / deviation) as [number, number, number];
    let sum = 0;
    for (const [k, [l = 0, m = 0, n = 0]] of values.entries()) {
      const square = (l - L) ** 2 + (m - a) ** 2 + (n - b) ** 2;
      sum += (weights?.[k] ?? 1) * Math.exp(-square / 2);
    }
    return total > 0 ? sum / total : 0;
  };
};

/** Values of the cells that a way over likely cells leads to; 0 elsewhere. */
const connected = (likely: Float32Array, from: readonly number[]): Float32Array => {
  const out = new Float32Array(GRID_AREA);
  const open = from.filter((i) => (likely[i] as number) > 0);
  for (const i of open) out[i] = likely[i] as number;
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    if ((likely[i] as number) < LEADS) continue;
    const [x, y] = [i % GRID_SIDE, Math.floor(i / GRID_SIDE)];
    for (let down = Math.max(0, y - 1); down <= Math.min(GRID_SIDE - 1, y + 1); down++) {
      for (let across = Math.max(0, x - 1); across <= Math.min(GRID_SIDE - 1, x + 1); across++) {
        const next = down * GRID_SIDE + across;
        if (out[next] !== 0 || likely[next] === 0) continue;
        out[next] = likely[next] as number;
        open.push(next);
      }
    }
  }
  return out;
};
