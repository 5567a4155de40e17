/** Faces keep still: inside a face nothing sways, whatever the encoder took it for. */
import { smoothStep } from '../tensor/ops.ts';
import { GRID_AREA, GRID_SIDE } from '../vision/class-grid.ts';
import type { FaceBox } from '../vision/face-boxes.ts';

const CLOTH = 6;
const HAIR = 9;
/** What is worn or grows on people. */
export const WORN: readonly number[] = [CLOTH, HAIR];
/** The border of a face, in cells. */
const BORDER_CELLS = 1;

/**
 * @param faces in shares of the photo's width and height
 * @returns how much of each cell of 64 x 64 is face: the ellipse that fills its box from forehead to chin, with a soft border
 */
export const faceShare = (faces: readonly FaceBox[]): Float32Array => {
  const out = new Float32Array(GRID_AREA);
  for (const { left, top, right, bottom } of faces) {
    const [x, y] = [((left + right) / 2) * GRID_SIDE, ((top + bottom) / 2) * GRID_SIDE];
    const [wide, high] = [((right - left) / 2) * GRID_SIDE, ((bottom - top) / 2) * GRID_SIDE];
    for (let i = 0; i < GRID_AREA; i++) {
      const away = Math.hypot(((i % GRID_SIDE) + 0.5 - x) / wide, (Math.floor(i / GRID_SIDE) + 0.5 - y) / high);
      const cellsInside = (1 - away) * Math.min(wide, high);
      out[i] = Math.max(out[i] as number, smoothStep(cellsInside, -BORDER_CELLS / 2, BORDER_CELLS / 2));
    }
  }
  return out;
};

/**
 * @param classes probabilities [13, 64, 64]
 * @param faces in shares of the photo's width and height
 * @returns probabilities of the same shape, where what is worn or grows on people is static inside a face; the same if there is none
 */
export const stillFaces = (classes: Float32Array, faces: readonly FaceBox[]): Float32Array => {
  if (faces.length === 0) return classes;
  const out = classes.slice();
  for (const [i, face] of faceShare(faces).entries()) {
    for (const index of WORN) {
      const at = index * GRID_AREA + i;
      const taken = (out[at] as number) * face;
      out[at] = (out[at] as number) - taken;
      out[i] = (out[i] as number) + taken;
    }
  }
  return out;
};
