/** Frames for tests of the encoder, as an engine would hand them out, and a look into the files that come back. */
import { chmod, readFile } from 'node:fs/promises';
import ffprobe from '@ffprobe-installer/ffprobe';
import type { FrameStream } from '../../core/engine.ts';
import { type Probe, probe } from '../../worker/media/probe.ts';

export interface Scene {
  readonly widthPx?: number;
  readonly heightPx?: number;
  readonly fps?: number;
  readonly frameCount?: number;
  /** A frame by number; moving waves over a fine texture when not given. */
  readonly draw?: (index: number, widthPx: number, heightPx: number) => Uint8Array;
  /** Called before a frame is handed out. */
  readonly before?: (index: number) => void | Promise<void>;
}

const waves = (index: number, widthPx: number, heightPx: number): Uint8Array => {
  const frame = new Uint8Array((widthPx * heightPx * 3) / 2);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++)
      frame[y * widthPx + x] = 126 + 70 * Math.sin((x + 2 * index) / 9) * Math.cos((y - index) / 7) + 25 * Math.sin((x * y) / 37);
  }
  return frame.fill(110, widthPx * heightPx, widthPx * heightPx * 1.25).fill(150, widthPx * heightPx * 1.25);
};

/** Every pixel the same, as BT.709 limited-range Y, U, V. */
export const plain =
  (y: number, u: number, v: number) =>
  (_index: number, widthPx: number, heightPx: number): Uint8Array => {
    const pixels = widthPx * heightPx;
    return new Uint8Array(pixels * 1.5)
      .fill(y)
      .fill(u, pixels, pixels * 1.25)
      .fill(v, pixels * 1.25);
  };

export const stream = ({ widthPx = 160, heightPx = 96, fps = 24, frameCount = 24, draw = waves, before }: Scene = {}): FrameStream => {
  async function* frames(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < frameCount; i++) {
      await before?.(i);
      yield draw(i, widthPx, heightPx);
    }
  }
  return { widthPx, heightPx, fps, frameCount, pixelFormat: 'i420', frames: frames(), notes: [] };
};

/** With the binary of the npm package; packages are installed without scripts, so nobody has made it executable yet. */
export const inspectClip = async (path: string): Promise<Probe> => {
  await chmod(ffprobe.path, 0o755);
  return probe(path, ffprobe.path);
};

/** Names of the top-level boxes of an MP4, in order. */
export const boxes = async (path: string): Promise<string[]> => {
  const bytes = await readFile(path);
  const names: string[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += Math.max(8, bytes.readUInt32BE(at))) names.push(bytes.toString('latin1', at + 4, at + 8));
  return names;
};
