/** Named parts of a photo as masks over a clip's frame. */
import { coverCrop } from '../vision/geometry.ts';
import type { Polygon } from './list.ts';

/** 1 inside, 0 outside; row major. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** An aspect ratio that differs by less than this differs by rounding to even sides; worker/vision/photo.ts squeezes it then. */
const ROUNDING = 0.015;

/** Polygons of the whole photo as polygons of the part of it that a clip of this shape shows. */
export const inClip = (
  polygons: readonly Polygon[],
  photo: { readonly widthPx: number; readonly heightPx: number },
  clip: { readonly widthPx: number; readonly heightPx: number },
): readonly Polygon[] => {
  if (Math.abs((photo.widthPx * clip.heightPx) / (photo.heightPx * clip.widthPx) - 1) < ROUNDING) return polygons;
  const crop = coverCrop(photo, clip);
  return polygons.map((polygon) =>
    polygon.map(([x, y]) => [(x * photo.widthPx - crop.x) / crop.width, (y * photo.heightPx - crop.y) / crop.height] as [number, number]),
  );
};

/** The union of polygons; a pixel counts when its centre is inside by the even-odd rule. */
export const maskOf = (polygons: readonly Polygon[], width: number, height: number): Mask => {
  const data = new Uint8Array(width * height);
  for (const polygon of polygons) {
    for (let y = 0; y < height; y++) {
      const v = (y + 0.5) / height;
      const crossings: number[] = [];
      for (const [i, [x0, y0]] of polygon.entries()) {
        const [x1, y1] = polygon[(i + 1) % polygon.length] as [number, number];
        if (y0 <= v !== y1 <= v) crossings.push(x0 + ((v - y0) / (y1 - y0)) * (x1 - x0));
      }
      crossings.sort((a, b) => a - b);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const from = Math.max(0, Math.ceil((crossings[i] as number) * width - 0.5));
        const to = Math.min(width - 1, Math.ceil((crossings[i + 1] as number) * width - 0.5) - 1);
        if (to >= from) data.fill(1, y * width + from, y * width + to + 1);
      }
    }
  }
  return { width, height, data };
};

export const everything = (width: number, height: number): Mask => ({ width, height, data: new Uint8Array(width * height).fill(1) });

/** What is further than `margin` pixels (in squares) from the mask. */
export const outsideOf = (mask: Mask, margin: number): Mask => {
  const grown = dilate(mask, margin);
  return { ...mask, data: grown.data.map((inside) => 1 - inside) };
};

export const without = (mask: Mask, other: Mask): Mask => ({ ...mask, data: mask.data.map((inside, i) => (inside && !other.data[i] ? 1 : 0)) });

export const union = (masks: readonly Mask[]): Mask => {
  const [first] = masks as [Mask, ...Mask[]];
  return { ...first, data: first.data.map((_, i) => (masks.some((mask) => mask.data[i]) ? 1 : 0)) };
};

export const areaOf = ({ data }: Mask): number => data.reduce((sum, inside) => sum + inside, 0);

/** Grown by a square, rows first, then columns. */
export const dilate = ({ width, height, data }: Mask, radius: number): Mask => {
  const rows = new Uint8Array(data.length);
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x]) rows.fill(1, y * width + Math.max(0, x - radius), y * width + Math.min(width - 1, x + radius) + 1);
    }
  }
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (!rows[at]) continue;
      for (let k = Math.max(0, y - radius); k <= Math.min(height - 1, y + radius); k++) out[k * width + x] = 1;
    }
  }
  return { width, height, data: out };
};

const WATER = /\b(sea|ocean|water|waves?|river|stream|rapids|lake|pond|moat|surf|lagoon|canal|harbour|waterfalls?|falls|creek|brook|puddle|pool|fountain)\b/;
const CLOTH = /\b(cloth|robes?|skirt|dress|veils?|ribbons?|flags?|sails?|curtains?|scar(f|ves)|cape)\b/;

/** Whether a region of a list is the surface of water, by its name. */
export const isWater = (name: string): boolean => WATER.test(name);

/** Whether a region of a list is loose cloth, by its name. */
export const isCloth = (name: string): boolean => CLOTH.test(name);

const HAIR = /\b(hair|furs?|mane|feathers|tentacles)\b/;

/** Whether a region of a list is made of strands, by its name. */
export const isHair = (name: string): boolean => HAIR.test(name);
