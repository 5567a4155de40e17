/** What becomes of decoded frames: I420 for the encoder while they are being decoded, or the numbers of a recorded call. */
import type { FrameStream, GenerateRequest } from '../../core/engine.ts';
import type { MemoryPlan } from '../onnx/memory-plan.ts';
import { permute } from '../tensor/ops.ts';
import { type FloatTensor, type Tensor, tensor } from '../tensor/tensor.ts';
import { toI420 } from '../vision/i420.ts';
import type { Run } from './run.ts';

/** Frames for people, one after the other, each in a buffer of its own. */
async function* inI420(run: Run, chunks: AsyncIterable<{ readonly frames: Tensor<Uint8Array> }>, frameCount: number): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const { frames } of chunks) {
    const [count = 0, heightPx = 0, widthPx = 0] = frames.dims;
    const bytes = heightPx * widthPx * 3;
    for (let i = 0; i < count; i++) {
      run.check();
      const frame = toI420(frames.data.subarray(i * bytes, (i + 1) * bytes), widthPx, heightPx);
      run.rendered(++done, frameCount);
      yield frame;
    }
  }
}

/** A clip for people: its frames are decoded as they are taken. What memory did to it is said. */
export const streamOf = (
  run: Run,
  chunks: AsyncIterable<{ readonly frames: Tensor<Uint8Array> }>,
  { widthPx, heightPx, fps, frameCount }: GenerateRequest,
  plan: MemoryPlan | null,
): FrameStream => ({
  widthPx,
  heightPx,
  fps,
  frameCount,
  pixelFormat: 'i420',
  frames: inI420(run, chunks, frameCount),
  notes: plan?.tiles.space || plan?.tiles.time ? [{ code: 'NOTE_IN_PIECES', params: {} }] : [],
});

/**
 * All frames of a recorded call as numbers, and the raw video for the observer.
 * @param chunks samples [n, 3, h, w], about -1..1
 * @returns [frames, h, w, 3]: clamp(x / 2 + 0.5, 0, 1) in float32, not rounded to bytes
 */
export const collectFrames = async (run: Run, chunks: AsyncIterable<{ readonly sample: FloatTensor }>, frameCount: number): Promise<FloatTensor> => {
  let video: FloatTensor | undefined;
  let done = 0;
  for await (const { sample } of chunks) {
    const [count = 0, ...dims] = sample.dims;
    video ??= tensor(new Float32Array((frameCount * sample.data.length) / count), [frameCount, ...dims]);
    video.data.set(sample.data, (done * sample.data.length) / count);
    done += count;
    run.rendered(done, frameCount);
  }
  if (video === undefined) throw new RangeError('no frame was decoded');
  if (run.observed) {
    const { data, dims } = permute(video, [1, 0, 2, 3]);
    await run.observe('video_raw', { data, dims: [1, ...dims] });
  }
  const frames = permute(video, [0, 2, 3, 1]);
  const { data } = frames;
  // halving is exact, so that one rounding to float32 remains, as in torch
  for (let i = 0; i < data.length; i++) data[i] = Math.min(1, Math.max(0, (data[i] as number) / 2 + 0.5));
  return frames;
};
