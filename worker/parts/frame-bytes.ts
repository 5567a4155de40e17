/** Joined samples as bytes: what the decoder's graph does to a frame that it makes in one piece. */
import type { FloatTensor, Tensor } from '../tensor/tensor.ts';

const f = Math.fround;

/** Halves go to the even neighbour, as in torch.round. */
const roundHalfEven = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
};

/**
 * clamp(x / 2 + 0.5, 0, 1) * 255, rounded half to even, every operation in float32.
 * @param sample [n, 3, h, w], about -1..1; or [1, 3, n, h, w]
 * @returns [n, h, w, 3]
 */
export const frameBytes = ({ data, dims }: FloatTensor): Tensor<Uint8Array> => {
  const [height, width] = dims.slice(-2) as [number, number];
  const area = height * width;
  const frames = data.length / (3 * area);
  const isVideo = dims.length === 5;
  const bytes = new Uint8Array(data.length);
  for (let frame = 0, to = 0; frame < frames; frame++) {
    for (let place = 0; place < area; place++) {
      for (let colour = 0; colour < 3; colour++, to++) {
        const value = data[(isVideo ? colour * frames + frame : frame * 3 + colour) * area + place] as number;
        bytes[to] = roundHalfEven(f(Math.min(1, Math.max(0, f(value / 2 + 0.5))) * 255));
      }
    }
  }
  return { data: bytes, dims: [frames, height, width, 3] };
};
