/** What LTX's transformer and scheduler are told about a clip's tokens: where they lie, and how far their number shifts the noise. */
import type { SchedulerConfig } from '../schedulers/scheduler.ts';
import { type FloatTensor, tensor } from '../tensor/tensor.ts';

/** Frames, rows and columns that positions are shares of. @source diffusers.LTXVideoRotaryPosEmbed */
const BASE = [20, 2048, 2048] as const;

/**
 * Where every token lies, [1, frames * height * width, 3]: time, row, column.
 * The network turns these into angles of up to 10^4 rad, so that one last bit is 10^-3 rad: every operation is rounded to
 * float32 in torch's order.
 * @param scales seconds' worth of latent frames (temporal scale / frame rate), then pixels per latent row and column
 * @source diffusers.LTXVideoRotaryPosEmbed._prepare_video_coords, patches of 1
 */
export const ropeGrid = (frames: number, height: number, width: number, scales: readonly [number, number, number]): FloatTensor => {
  const axis = (count: number, i: 0 | 1 | 2): Float32Array => {
    const scale = Math.fround(scales[i]);
    return Float32Array.from({ length: count }, (_, place) => Math.fround(place * scale) / BASE[i]);
  };
  const [times, rows, columns] = [axis(frames, 0), axis(height, 1), axis(width, 2)];
  const grid = new Float32Array(frames * height * width * 3);
  let i = 0;
  for (const time of times) {
    for (const row of rows) {
      for (const column of columns) {
        grid[i++] = time;
        grid[i++] = row;
        grid[i++] = column;
      }
    }
  }
  return tensor(grid, [1, frames * height * width, 3]);
};

/**
 * The shift of the noise levels that many tokens call for: linear between the two counts of the configuration.
 * @source diffusers.pipelines.ltx.pipeline_ltx.calculate_shift
 */
export const noiseShift = (tokenCount: number, config: SchedulerConfig): number => {
  const read = (key: string, fallback: number): number => (typeof config[key] === 'number' ? config[key] : fallback);
  const [few, many] = [read('base_image_seq_len', 256), read('max_image_seq_len', 4096)];
  const base = read('base_shift', 0.5);
  const slope = (read('max_shift', 1.15) - base) / (many - few);
  return tokenCount * slope + (base - slope * few);
};

/** Noise levels before they are shifted: numpy's linspace(1, 1 / steps, steps). */
export const evenSigmas = (steps: number): number[] => {
  const stride = (1 / steps - 1) / (steps - 1);
  return Array.from({ length: steps }, (_, i) => (i === 0 ? 1 : i === steps - 1 ? 1 / steps : i * stride + 1));
};
