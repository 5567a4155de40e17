/** A made-up scene that can be drawn exactly from any place: what each metric should say about it is known. */
import { blank, type Grey } from '../../../worker/evaluate/grey.ts';

export const WIDTH = 192;
export const HEIGHT = 120;

/** Waves of many directions and lengths, the same in every run; a texture without any repetition that matters. */
const waves = Array.from({ length: 26 }, (_, i) => {
  const angle = 2.399963 * i;
  const frequency = (2 * Math.PI) / (5 + ((i * 7) % 23) * 1.9);
  return { fx: frequency * Math.cos(angle), fy: frequency * Math.sin(angle), phase: 1.7 * i * i };
});

/** Brightness of the texture at any place. */
export const texture = (x: number, y: number): number => {
  let sum = 0;
  for (const { fx, fy, phase } of waves) sum += Math.sin(fx * x + fy * y + phase);
  return 128 + 9 * sum;
};

/** A picture from a function of the place in pixels. */
export const draw = (at: (x: number, y: number) => number, width = WIDTH, height = HEIGHT): Grey => {
  const out = blank(width, height);
  for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i++) out.data[i] = Math.min(255, Math.max(0, at(x, y)));
  return out;
};

/** Frames over time 0..1. */
export const film = (count: number, at: (x: number, y: number, time: number) => number, width = WIDTH, height = HEIGHT): readonly Grey[] =>
  Array.from({ length: count }, (_, i) => draw((x, y) => at(x, y, i / (count - 1)), width, height));

/** Where a camera at this pan, tilt, zoom and roll sees the place of a pixel; pan and tilt in pixels, roll in radians, signs as in worker/vision/camera.ts. */
export const seenFrom = (x: number, y: number, { pan = 0, tilt = 0, zoom = 1, roll = 0 }, width = WIDTH, height = HEIGHT): [number, number] => {
  const dx = (x - (width - 1) / 2) / zoom;
  const dy = (y - (height - 1) / 2) / zoom;
  return [Math.cos(roll) * dx - Math.sin(roll) * dy + pan + (width - 1) / 2, Math.sin(roll) * dx + Math.cos(roll) * dy - tilt + (height - 1) / 2];
};

/** 0 below, 1 above, with an edge about two pixels wide as a lens makes it. */
export const step = (value: number): number => 1 / (1 + Math.exp(-3 * value));
