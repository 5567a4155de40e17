/** Finds faces in a photo: MTCNN, three networks of which each looks closer at what the one before took for a face. */
import { AppError } from '../../core/errors.ts';
import type { Session } from '../onnx/session.ts';
import { allFinite } from '../tensor/ops.ts';
import { type FloatTensor, tensor } from '../tensor/tensor.ts';
import { areaMean, shrunk } from '../vision/area-mean.ts';
import { corrected, type FaceBox, keepBest, squared } from '../vision/face-boxes.ts';
import type { Raster } from '../vision/resample.ts';

export type FaceNetworks = Readonly<Record<'pnet' | 'rnet' | 'onet', Pick<Session, 'run'>>>;

/** Longer side of what is looked at, and the smallest face in it: a twentieth. */
const LOOK_PX = 480;
const LEAST_FACE_PX = 24;
/** A real face is seldom less probable, and what is none seldom more so. */
const SURE = 0.95;

/** Each picture of the pyramid is so much smaller than the one before. */
const PYRAMID = 0.709;
/** The first network looks through a window of so many pixels, every `stride` pixels. */
const WINDOW = { sidePx: 12, stride: 2 } as const;
const REFINED_PX = 24;
const FINAL_PX = 48;
const PROBABLE = { proposed: 0.6, refined: 0.7, final: 0.7 } as const;
/** Overlap at which two boxes are one face: within one picture of the pyramid, and later. */
const SAME = { within: 0.5, across: 0.7 } as const;
/** No photo of people proposes so many windows; noise may. */
const MOST_WINDOWS = 600;

/**
 * @param photo of any size
 * @returns faces of at least a twentieth of the longer side, most probable first, in shares of the photo's width and height
 * @throws EngineError NAN_OUTPUT, CANCELED
 */
export const findFaces = async (photo: Raster, networks: FaceNetworks, signal: AbortSignal): Promise<FaceBox[]> => {
  const ratio = Math.min(1, LOOK_PX / Math.max(photo.widthPx, photo.heightPx));
  const [widthPx, heightPx] = [photo.widthPx, photo.heightPx].map((side) => Math.max(1, Math.round(side * ratio))) as [number, number];
  const look = ratio < 1 ? shrunk(photo, widthPx, heightPx) : photo;
  const least = Math.max(WINDOW.sidePx, (LEAST_FACE_PX * Math.max(widthPx, heightPx)) / LOOK_PX);
  const found = await cascade(look, least, networks, signal);
  return found
    .filter(({ left, top, right, bottom, probability }) => probability >= SURE && right > left && bottom > top)
    .map((box) => ({ ...box, left: box.left / widthPx, right: box.right / widthPx, top: box.top / heightPx, bottom: box.bottom / heightPx }));
};

/**
 * The cascade itself.
 * @param leastPx side of the smallest face
 * @returns boxes in pixels, most probable first; they may reach beyond the picture
 * @source Zhang et al. 2016, "Joint face detection and alignment using multitask cascaded convolutional networks", as in facenet-pytorch
 *   2.6.0 (detect_face.py); reference numbers in test/golden/data/faces.json
 */
export const cascade = async (photo: Raster, leastPx: number, { pnet, rnet, onet }: FaceNetworks, signal: AbortSignal): Promise<FaceBox[]> => {
  const proposed = await propose(photo, leastPx, pnet, signal);
  const refined = await judge(photo, proposed.map(squared), rnet, REFINED_PX, PROBABLE.refined, signal);
  const squares = keepBest(refined, SAME.across, 'union').map((face) => squared(corrected(face, face.sides, 1)));
  const final = await judge(photo, squares, onet, FINAL_PX, PROBABLE.final, signal);
  const faces = final.map((face) => corrected(face, face.sides, 1));
  return keepBest(faces, SAME.across, 'smaller').map(({ left, top, right, bottom, probability }) => ({ left, top, right, bottom, probability }));
};

interface Judged extends FaceBox {
  /** By which shares of the box its sides are off. */
  readonly sides: Float32Array;
}

/** What the first network takes for faces in pictures of every size in which it can see one. */
const propose = async (photo: Raster, leastPx: number, pnet: FaceNetworks['pnet'], signal: AbortSignal): Promise<FaceBox[]> => {
  const whole = { left: 0, top: 0, right: photo.widthPx, bottom: photo.heightPx };
  const boxes: Judged[] = [];
  let size = WINDOW.sidePx / leastPx;
  for (let shorter = Math.min(photo.widthPx, photo.heightPx) * size; shorter >= WINDOW.sidePx; shorter *= PYRAMID, size *= PYRAMID) {
    stopWhenCanceled(signal);
    const [width, height] = [Math.floor(photo.widthPx * size + 1), Math.floor(photo.heightPx * size + 1)];
    const answer = await pnet.run({ image: tensor(areaMean(photo, whole, width, height), [1, 3, height, width]) });
    const [probability, sides] = [finite(answer.float('probability')), finite(answer.float('sides'))];
    const [, , across = 0] = probability.dims;
    const area = probability.data.length;
    const scale = Math.fround(size);
    const place = (step: number, edge: number): number => Math.floor(Math.fround((WINDOW.stride * step + edge) / scale));
    const here: Judged[] = [];
    for (const [i, likely] of probability.data.entries()) {
      if (likely < PROBABLE.proposed) continue;
      const [x, y] = [i % across, Math.floor(i / across)];
      here.push({
        ...{ left: place(x, 1), top: place(y, 1), right: place(x, WINDOW.sidePx), bottom: place(y, WINDOW.sidePx) },
        probability: likely,
        sides: Float32Array.from([0, 1, 2, 3], (k) => sides.data[k * area + i] as number),
      });
    }
    boxes.push(...keepBest(here, SAME.within, 'union'));
  }
  return keepBest(boxes, SAME.across, 'union')
    .slice(0, MOST_WINDOWS)
    .map((box) => corrected(box, box.sides, 0));
};

/** What a network says of square parts of the photo: those that it takes for faces. */
const judge = async (
  photo: Raster,
  squares: readonly FaceBox[],
  network: Pick<Session, 'run'>,
  sidePx: number,
  least: number,
  signal: AbortSignal,
): Promise<Judged[]> => {
  stopWhenCanceled(signal);
  const parts = squares.flatMap((box) => {
    const inside = {
      left: Math.max(1, Math.trunc(box.left)) - 1,
      top: Math.max(1, Math.trunc(box.top)) - 1,
      right: Math.min(photo.widthPx, Math.trunc(box.right)),
      bottom: Math.min(photo.heightPx, Math.trunc(box.bottom)),
    };
    return inside.right > inside.left && inside.bottom > inside.top ? [{ box, inside }] : [];
  });
  if (parts.length === 0) return [];
  const images = new Float32Array(parts.length * 3 * sidePx * sidePx);
  for (const [i, { inside }] of parts.entries()) images.set(areaMean(photo, inside, sidePx, sidePx), i * 3 * sidePx * sidePx);
  const answer = await network.run({ image: tensor(images, [parts.length, 3, sidePx, sidePx]) });
  const [probability, sides] = [finite(answer.float('probability')), finite(answer.float('sides'))];
  return parts.flatMap(({ box }, i) => {
    const likely = probability.data[i] as number;
    return likely > least ? [{ ...box, probability: likely, sides: sides.data.slice(4 * i, 4 * i + 4) }] : [];
  });
};

/** @throws EngineError NAN_OUTPUT when a value is NaN or infinite */
const finite = (values: FloatTensor): FloatTensor => {
  if (!allFinite(values.data)) throw new AppError('NAN_OUTPUT');
  return values;
};

const stopWhenCanceled = (signal: AbortSignal): void => {
  if (signal.aborted) throw new AppError('CANCELED', {}, { cause: signal.reason });
};
