/** Whether long straight edges stay straight: walls, masts and trunks must not bend like jelly. */
import { type Edge, findEdges, LEAST_GRADIENT } from './edges.ts';
import { type Grey, quantile, sample } from './grey.ts';
import type { Held } from './motion.ts';
import type { Mask } from './regions.ts';

/** Half of the stretch across an edge that is compared, and how far it is searched for, in pixels. */
const ACROSS = 4;
const SEARCH = 6;
const EVERY_PX = 3;
/** How far an edge may have slid along itself, in steps of EVERY_PX, and how much less unlike it must look for that to be believed. */
const SLIDES = [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5] as const;
const CLEARLY_LESS = 0.8;
/** Profiles that differ by less than this share of their contrast look alike. */
const ALIKE = 0.25;
/** The same within frame 0: between pixels a profile is softer than on them, and looks like more. */
const ALIKE_ITSELF = 0.35;
/** Fewer points than this say nothing about a bend. */
const LEAST_POINTS = 10;

/**
 * How far an edge of frame 0 is from straight in a later frame.
 * Points along it are searched for across it; the best line through where they are now is taken away, and what their
 * places in frame 0 already differed from a line. An edge that slid along itself, as hills do when the camera passes
 * them, is compared with where it came from.
 * @param later a later frame as the camera saw it in frame 0
 * @returns root mean square of what is left in pixels, or null when the edge cannot be found again
 */
export const bendOf = (first: Grey, later: Held, edge: Edge): number | null => {
  const { x0, y0, x1, y1 } = edge;
  const length = Math.hypot(x1 - x0, y1 - y0);
  const direction = { ux: (x1 - x0) / length, uy: (y1 - y0) / length };
  const spots = Array.from({ length: Math.max(0, Math.floor(length / EVERY_PX) - 1) }, (_, i) => (i + 1) * EVERY_PX);
  const across = spots.map((along) => lookAcross(first, later, x0 + along * direction.ux, y0 + along * direction.uy, direction));
  const unmoved = sightingsAt(across, 0);
  const slid = SLIDES.map((slide) => sightingsAt(across, slide)).filter((one) => one.sightings.length >= LEAST_POINTS);
  const likest = slid.reduce((best, one) => (one.unlike < best.unlike ? one : best), unmoved);
  const { sightings, common } = likest.unlike < CLEARLY_LESS * unmoved.unlike ? likest : unmoved;
  const points = sightings.flatMap((sighting) => {
    const away = placeNear(sighting, common);
    return away === null ? [] : [{ along: (spots[sighting.spot] as number) / EVERY_PX, away }];
  });
  if (points.length < Math.max(LEAST_POINTS, (0.6 * length) / EVERY_PX)) return null;
  return offLine(points);
};

/**
 * What each spot of an edge looks like against what was `slide` spots further back in frame 0, and the shift across that
 * explains most of it: what the edge does as a whole comes first, for it may have gone further than to where its neighbour was.
 */
const sightingsAt = (across: readonly Across[], slide: number) => {
  const sightings = across.flatMap(({ now }, spot): readonly Sighting[] => {
    const from = across[spot - slide]?.from;
    if (now === null || !from) return [];
    return [{ spot, misfits: Array.from({ length: 2 * SEARCH + 1 }, (_, i) => misfit(from.wanted, now, i)), spread: from.spread, within: from.within }];
  });
  const together = Array.from({ length: 2 * SEARCH + 1 }, (_, i) =>
    sightings.reduce((sum, { misfits, spread }) => sum + ((misfits[i] as number) / spread) ** 2 / sightings.length, 0),
  );
  const unlike = Math.min(...together);
  return { sightings, common: together.indexOf(unlike), unlike };
};

/** Root mean square distance from the best line, with the farthest tenth left out: single wrong matches are no bend. */
const offLine = (points: readonly { readonly along: number; readonly away: number }[]): number => {
  let kept = points;
  let off: number[] = [];
  for (let round = 0; round < 2; round++) {
    const n = kept.length;
    const ma = kept.reduce((sum, { along }) => sum + along, 0) / n;
    const mb = kept.reduce((sum, { away }) => sum + away, 0) / n;
    const slope =
      kept.reduce((sum, { along, away }) => sum + (along - ma) * (away - mb), 0) /
      Math.max(
        1e-6,
        kept.reduce((sum, { along }) => sum + (along - ma) ** 2, 0),
      );
    const from = ({ along, away }: { readonly along: number; readonly away: number }): number => Math.abs(away - mb - slope * (along - ma));
    const limit = quantile(kept.map(from), 0.9);
    if (round === 0) kept = points.filter((point) => from(point) <= limit);
    off = kept.map(from);
  }
  return Math.sqrt(off.reduce((sum, value) => sum + value ** 2, 0) / off.length);
};

/** Brightness across an edge at pixels from it, averaged along the edge, so that texture and noise count less than the edge. */
const profileAt = (grey: Grey, x: number, y: number, { ux, uy }: Direction, reach: number): readonly number[] =>
  Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const [px, py] = [x - (i - reach) * uy, y + (i - reach) * ux];
    return (sample(grey, px - ux, py - uy) + sample(grey, px, py) + sample(grey, px + ux, py + uy)) / 3;
  });

interface Direction {
  readonly ux: number;
  readonly uy: number;
}

/** Root mean square difference between what was across an edge and the stretch of `now` from `start` on. */
const misfit = (wanted: readonly number[], now: readonly number[], start: number): number =>
  Math.sqrt(wanted.reduce((sum, value, i) => sum + (value - (now[start + i] as number)) ** 2, 0) / wanted.length);

/**
 * How far an edge can be searched for before its neighbour could be taken for it: half the distance to the nearest place
 * of frame 0 itself that looks like it. Rows of windows repeat every few pixels.
 */
const unambiguous = (here: readonly number[], wanted: readonly number[], spread: number): number => {
  for (const side of [1, -1]) {
    let [apart, last] = [false, 0];
    for (let shift = 1; shift <= SEARCH; shift++) {
      const error = misfit(wanted, here, SEARCH + side * shift);
      if (apart && error < last && error < ALIKE_ITSELF * spread) return Math.floor(shift / 2);
      apart ||= error > ALIKE_ITSELF * spread;
      last = error;
    }
  }
  return SEARCH;
};

/** What lies across one spot of an edge: in frame 0, null where that is too little, and later on, null where it is out of sight. */
interface Across {
  readonly from: { readonly wanted: readonly number[]; readonly spread: number; readonly within: number } | null;
  readonly now: readonly number[] | null;
}

/** A spot of an edge later on. */
interface Sighting {
  readonly spot: number;
  /** How unlike what was there it is at each shift from -SEARCH to SEARCH, grey levels. */
  readonly misfits: readonly number[];
  readonly spread: number;
  readonly within: number;
}

const lookAcross = (first: Grey, later: Held, x: number, y: number, direction: Direction): Across => {
  const [nx, ny] = [-direction.uy, direction.ux];
  const reach = ACROSS + SEARCH;
  const within = (px: number, py: number): boolean => px >= 0 && py >= 0 && px <= first.width - 1 && py <= first.height - 1;
  const shown = (px: number, py: number): boolean => within(px, py) && later.inside[Math.round(py) * first.width + Math.round(px)] === 1;
  const both = (holds: (px: number, py: number) => boolean): boolean => holds(x + reach * nx, y + reach * ny) && holds(x - reach * nx, y - reach * ny);
  const now = both(shown) ? profileAt(later.grey, x, y, direction, reach) : null;
  if (!both(within)) return { from: null, now };
  const here = profileAt(first, x, y, direction, reach);
  const wanted = here.slice(SEARCH, SEARCH + 2 * ACROSS + 1);
  const spread = Math.max(...wanted) - Math.min(...wanted);
  return { from: spread < 2 * LEAST_GRADIENT ? null : { wanted, spread, within: unambiguous(here, wanted, spread) }, now };
};

/** Where a point of an edge went, in pixels along its normal, to a fraction; null when nothing near the `common` shift looks like it. */
const placeNear = ({ misfits, spread, within }: Sighting, common: number): number | null => {
  const [from, to] = [Math.max(0, common - within), Math.min(2 * SEARCH, common + within)];
  let best = from;
  for (let i = from; i <= to; i++) if ((misfits[i] as number) < (misfits[best] as number)) best = i;
  // at the end of the search the true place may lie beyond; a bad fit is another thing
  if (best === from || best === to || (misfits[best] as number) > ALIKE * spread) return null;
  const [before, at, after] = [misfits[best - 1], misfits[best], misfits[best + 1]].map((error) => (error as number) ** 2) as [number, number, number];
  return best - SEARCH + (before - after) / (2 * Math.max(1e-6, before - 2 * at + after));
};

/** A part of frame 0 whose own edges bend when it moves. */
export interface Pliant {
  readonly mask: Mask;
  /** Crests and ripples lie: what stands in water, or before it, is something else. */
  readonly lies: boolean;
}

/** Longer edges, and those of more contrast, are none of water, cloth or hair: they are railings, hulls and shores. */
const PLIANT = { length: 0.4, contrast: 36, slope: Math.tan((25 * Math.PI) / 180) } as const;

/** Regions are drawn by hand with few corners: this much of what lies beside an edge must be within. */
const WITHIN = 0.75;

/** Whether an edge is a crest of water, a fold of cloth or a strand of hair: it, and what is beside it, lies within. */
const isPliant = (edge: Edge, parts: readonly Pliant[], side: number): boolean => {
  const [dx, dy] = [edge.x1 - edge.x0, edge.y1 - edge.y0];
  const length = Math.hypot(dx, dy);
  if (length > PLIANT.length * side || edge.contrast > PLIANT.contrast) return false;
  const [nx, ny] = [(-dy / length) * (ACROSS + 1), (dx / length) * (ACROSS + 1)];
  const within = ({ width, height, data }: Mask, x: number, y: number): boolean => {
    const [px, py] = [Math.min(width - 1, Math.max(0, Math.round(x))), Math.min(height - 1, Math.max(0, Math.round(y)))];
    return data[py * width + px] === 1;
  };
  return parts.some(({ mask, lies }) => {
    if (lies && Math.abs(dy) > PLIANT.slope * Math.abs(dx)) return false;
    const inside = (side: number): number => {
      let count = 0;
      for (let along = 0; along <= length; along++) {
        if (within(mask, edge.x0 + (along * dx) / length + side * nx, edge.y0 + (along * dy) / length + side * ny)) count++;
      }
      return count / (Math.floor(length) + 1);
    };
    return inside(1) >= WITHIN && inside(-1) >= WITHIN;
  });
};

export interface Jelly {
  /** The bend that 9 of 10 edges stay below, in pixels of a clip whose longer side has 1280; 0 without edges. */
  readonly usualPx: number;
  /** The most bent edge. */
  readonly worstPx: number;
  readonly edgeCount: number;
  /** Edges of frame 0 that bend more than `BENT_PX`, worst first, as shares of width and height. */
  readonly bent: readonly (Edge & { readonly bendPx: number })[];
}

/** Bends of more than this are seen as jelly; pixels of a clip whose longer side has 1280, so that a portrait is judged as a landscape is. */
export const BENT_PX = 1.5;
/** Edges of at least this share of the longer side are followed. */
const LONG = 0.075;

/**
 * @param first frame 0, about 640 pixels on the longer side
 * @param later later frames as the camera saw them in frame 0
 * @param pliant parts whose own edges may bend
 */
export const jellyOf = (first: Grey, later: readonly Held[], pliant: readonly Pliant[] = []): Jelly => {
  const side = Math.max(first.width, first.height);
  const scale = 1280 / side;
  const judged = findEdges(first, LONG * side).flatMap((edge) => {
    if (isPliant(edge, pliant, side)) return [];
    const bends = later.flatMap((frame) => bendOf(first, frame, edge) ?? []);
    // found again in one frame only is luck
    return bends.length < 2 ? [] : [{ edge, bendPx: scale * Math.max(...bends) }];
  });
  const bent = judged
    .filter(({ bendPx }) => bendPx > BENT_PX)
    .sort((a, b) => b.bendPx - a.bendPx)
    .map(({ edge, bendPx }) => ({
      ...{ x0: edge.x0 / first.width, y0: edge.y0 / first.height, x1: edge.x1 / first.width, y1: edge.y1 / first.height },
      contrast: edge.contrast,
      bendPx,
    }));
  const bends = judged.map(({ bendPx }) => bendPx);
  return { usualPx: quantile(bends, 0.9), worstPx: Math.max(0, ...bends), edgeCount: bends.length, bent };
};
