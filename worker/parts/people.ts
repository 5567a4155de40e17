/** What faces tell of the rest of a person: where hair is, and what keeps still. */
import type { FaceBox } from '../vision/face-boxes.ts';
import { hairNearFaces } from './hair-near-faces.ts';
import { stillFaces, WORN } from './still-faces.ts';

const HAIR = 9;

const asks = (amplitudes: Float32Array, index: number): boolean => amplitudes[index - 1] !== 0;

/** Do the words ask for what is worn or grows on people? @param amplitudes how much each class but the first was asked to move, 12 numbers */
export const asksForPeople = (amplitudes: Float32Array): boolean => WORN.some((index) => asks(amplitudes, index));

/**
 * @param classes probabilities [13, 64, 64] after the named things were found
 * @param seen the same as the encoder gave them
 * @param lab the photo in CIELAB, [3, 64, 64]
 * @param amplitudes how much each class but the first was asked to move, 12 numbers
 * @param faces in shares of the photo's width and height
 * @returns probabilities of the same shape; the same where there is no face
 */
export const knowFaces = (classes: Float32Array, seen: Float32Array, lab: Float32Array, amplitudes: Float32Array, faces: readonly FaceBox[]): Float32Array =>
  stillFaces(asks(amplitudes, HAIR) ? hairNearFaces(classes, seen, lab, faces) : classes, faces);
