/** The encoder with real ffmpegs: what comes out plays everywhere, fits its limit, and nothing is left behind when it fails. */
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packaged from '@ffmpeg-installer/ffmpeg';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppError } from '../../core/errors.ts';
import { readFrames } from '../../worker/evaluate/frames.ts';
import { type Grey, meanDifference } from '../../worker/evaluate/grey.ts';
import { loopSeam } from '../../worker/evaluate/stability.ts';
import { convertClip } from '../../worker/media/convert.ts';
import { type EncodeOptions, encodeClip } from '../../worker/media/encode.ts';
import { findFfmpeg } from '../../worker/media/ffmpeg.ts';
import { boxes, inspectClip, plain, stream } from '../support/frames.ts';

const MB = 1024 * 1024;
let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'media-test-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const options = (more: Partial<EncodeOptions> = {}): EncodeOptions => ({ format: 'mp4', maxBytes: 8 * MB, directory, ...more });

/** Process ids of the ffmpegs that this process started. */
const ffmpegs = async (): Promise<number[]> => {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(ids.map((id) => readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')));
  return stats.flatMap((stat) => {
    const [, id, name, state, parent] = /^(\d+) \((.*)\) (\S) (\d+)/.exec(stat) ?? [];
    return name?.startsWith('ffmpeg') && state !== 'Z' && Number(parent) === process.pid ? [Number(id)] : [];
  });
};

// On a machine without ffmpeg both rows are the binary of the npm package.
describe.each([
  ['the ffmpeg of this machine', undefined],
  ['the ffmpeg of the npm package', packaged.path],
])('%s', (_name, ffmpegPath) => {
  it('makes an MP4 that plays everywhere', async () => {
    const seen: number[] = [];
    const clip = await encodeClip(stream({ frameCount: 36 }), options({ ffmpegPath, onFrame: (done, total) => seen.push(done / total) }));
    expect(clip).toMatchObject({
      path: join(directory, 'clip.mp4'),
      format: 'mp4',
      widthPx: 160,
      heightPx: 96,
      fps: 24,
      frameCount: 36,
      seconds: 1.5,
      notes: [],
    });
    expect(await inspectClip(clip.path)).toEqual({
      ...{ container: 'mov,mp4,m4a,3gp,3g2,mj2', codec: 'h264', profile: 'High', pixelFormat: 'yuv420p', colour: 'tv/bt709/bt709/bt709' },
      ...{ widthPx: 160, heightPx: 96, fps: 24, frameCount: 36, seconds: 1.5, bytes: clip.bytes, streamCount: 1 },
    });
    const order = await boxes(clip.path);
    expect(order.indexOf('moov')).toBeLessThan(order.indexOf('mdat'));
    expect(seen).toEqual(Array.from({ length: 36 }, (_, i) => (i + 1) / 36));
    expect((await readdir(directory)).sort()).toEqual(['clip.mp4', 'thumbnail.jpg']);
  });

  it('makes a GIF with its own palette that plays for ever', async () => {
    const clip = await encodeClip(stream(), options({ ffmpegPath, format: 'gif' }));
    expect(await inspectClip(clip.path)).toMatchObject({ codec: 'gif', widthPx: 160, heightPx: 96, frameCount: 24, seconds: 1 });
    expect((await readFile(clip.path)).includes('NETSCAPE2.0\x03\x01\0\0')).toBe(true);
    expect(await readdir(directory)).toContain('thumbnail.jpg');
  });

  it('keeps the colours: BT.709 red is red in the GIF and in the preview', async () => {
    const clip = await encodeClip(stream({ draw: plain(63, 102, 240), frameCount: 4 }), options({ ffmpegPath, format: 'gif' }));
    for (const path of [clip.path, clip.thumbnailPath]) {
      const { channels } = await sharp(await readFile(path)).stats();
      const [red = 0, green = 0, blue = 0] = channels.map((channel) => channel.mean);
      expect([red > 244, green < 12, blue < 12], `${path}: ${red} ${green} ${blue}`).toEqual([true, true, true]);
    }
  });

  it('turns clips into the other format', async () => {
    const { path } = await encodeClip(stream(), options({ ffmpegPath }));
    const gif = await convertClip(path, 'gif', 8 * MB, ffmpegPath);
    expect(gif.type).toBe('image/gif');
    await writeFile(join(directory, 'other.gif'), gif.bytes);
    expect(await inspectClip(join(directory, 'other.gif'))).toMatchObject({ widthPx: 160, heightPx: 96, frameCount: 24 });
    const mp4 = await convertClip(join(directory, 'other.gif'), 'mp4', 8 * MB, ffmpegPath);
    await writeFile(join(directory, 'again.mp4'), mp4.bytes);
    expect(await inspectClip(join(directory, 'again.mp4'))).toMatchObject({
      codec: 'h264',
      pixelFormat: 'yuv420p',
      widthPx: 160,
      heightPx: 96,
      frameCount: 24,
    });
  });

  it('fits every limit, and a larger limit never gives a smaller picture', async () => {
    const { path, bytes } = await encodeClip(stream({ frameCount: 36 }), options({ ffmpegPath }));
    for (const format of ['mp4', 'gif'] as const) {
      let before = 0;
      for (const share of [0.02, 0.08, 0.3, 0.9, 4]) {
        const maxBytes = Math.round(bytes * share * (format === 'gif' ? 4 : 1));
        const fitted = await convertClip(path, format, maxBytes, ffmpegPath).catch((error: AppError) => error);
        if (fitted instanceof Error) {
          expect(fitted, `${format} in ${maxBytes} bytes`).toMatchObject({ code: 'CLIP_TOO_BIG' });
          expect(before, `${format} in ${maxBytes} bytes`).toBe(0);
          continue;
        }
        expect(fitted.bytes.length).toBeLessThanOrEqual(maxBytes);
        const file = join(directory, `fitted.${format}`);
        await writeFile(file, fitted.bytes);
        const { widthPx, heightPx, frameCount, seconds } = await inspectClip(file);
        expect(widthPx * heightPx * frameCount).toBeGreaterThanOrEqual(before);
        expect(Math.abs(seconds - 1.5)).toBeLessThan(0.15);
        before = widthPx * heightPx * frameCount;
      }
      expect(before).toBe(160 * 96 * 36);
    }
  });
});

describe('loops', () => {
  /** A sky with grain that slowly turns back to where it began: 24 trains of waves, whole numbers of them per loop. */
  const turning =
    (frameCount: number) =>
    (index: number, widthPx: number, heightPx: number): Uint8Array => {
      const frame = new Uint8Array((widthPx * heightPx * 3) / 2).fill(128);
      const trains = Array.from({ length: 24 }, (_, k) => ({
        x: Math.sin(7.3 * k) * 1.7,
        y: Math.cos(3.1 * k) * 1.7,
        turn: k % 2 ? 1 : -1,
        size: 1.2 + (k % 3),
      }));
      for (let y = 0; y < heightPx; y++) {
        for (let x = 0; x < widthPx; x++) {
          let value = 140;
          for (const train of trains) value += train.size * Math.sin(train.x * x + train.y * y + (2 * Math.PI * train.turn * index) / frameCount);
          frame[y * widthPx + x] = value;
        }
      }
      return frame;
    };

  it('step from the last frame to the first as from any frame to the next', async () => {
    const seamOf = async (loop: boolean): Promise<number> => {
      const { path } = await encodeClip(stream({ frameCount: 48, draw: turning(48) }), options({ loop }));
      return loopSeam((await readFrames(path)).middle) ?? 0;
    };
    const [usual, even] = [await seamOf(false), await seamOf(true)];
    expect(usual).toBeGreaterThan(1.3);
    expect(even).toBeLessThan(1.3);
    expect(even).toBeGreaterThan(0.2);
  });

  it('get their grain back step by step, not at the last frame', async () => {
    // hardly anything turns: what a step changes is then what the codec keeps of the grain
    const draw = (index: number, widthPx: number, heightPx: number): Uint8Array => {
      const frame = new Uint8Array((widthPx * heightPx * 3) / 2).fill(128);
      let grain = 1;
      for (let at = 0; at < widthPx * heightPx; at++) {
        grain = (Math.imul(grain, 1_103_515_245) + 12_345) >>> 0;
        frame[at] = 120 + ((grain >>> 16) % 17) + 4 * Math.sin((at % widthPx) / 9 + (2 * Math.PI * index) / 48);
      }
      return frame;
    };
    const { path } = await encodeClip(stream({ frameCount: 48, draw }), options({ loop: true }));
    const frames = (await readFrames(path)).middle;
    const steps = frames.slice(1).map((frame, n) => meanDifference(frame, frames[n] as Grey));
    const usual = [...steps].sort((a, b) => a - b)[(steps.length / 2) | 0] ?? 0;
    expect(Math.max(...steps.slice(-12)) / usual).toBeLessThan(2.8);
  });
});

describe('the limits of what is made', () => {
  it('says so when the picture had to shrink, and what it reports is true', async () => {
    const whole = await encodeClip(stream(), options());
    const clip = await encodeClip(stream(), options({ maxBytes: Math.round(whole.bytes / 6) }));
    const { widthPx, heightPx, fps, frameCount, bytes } = await inspectClip(clip.path);
    expect(clip).toMatchObject({ widthPx, heightPx, fps, frameCount, bytes });
    expect(widthPx).toBeLessThan(160);
    expect(clip.notes).toEqual([{ code: 'NOTE_REDUCED', params: { widthPx, heightPx } }]);
  });

  it('tries the smallest size there is before it gives up', async () => {
    const clip = await encodeClip(stream({ widthPx: 64, heightPx: 48, frameCount: 12 }), options({ maxBytes: 3000 }));
    expect(clip.bytes).toBeLessThanOrEqual(3000);
    expect(Math.min(clip.widthPx, clip.heightPx)).toBeGreaterThanOrEqual(16);
  });

  it('refuses a limit that nothing fits into', async () => {
    await expect(encodeClip(stream(), options({ maxBytes: 900 }))).rejects.toMatchObject({ code: 'CLIP_TOO_BIG' });
    expect(await readdir(directory)).toEqual([]);
  });

  it('caps GIFs at 640 pixels and 25 frames per second without calling it a reduction', async () => {
    const clip = await encodeClip(stream({ widthPx: 800, heightPx: 400, fps: 30, frameCount: 10, draw: plain(100, 128, 128) }), options({ format: 'gif' }));
    expect(clip).toMatchObject({ widthPx: 640, heightPx: 320, fps: 15, frameCount: 5, notes: [] });
    expect(await inspectClip(clip.path)).toMatchObject({ widthPx: 640, heightPx: 320, frameCount: 5 });
  });

  it('makes a preview of at most 320 pixels and 200 kB', async () => {
    const clip = await encodeClip(stream({ widthPx: 480, heightPx: 800, frameCount: 2 }), options());
    const preview = await readFile(clip.thumbnailPath);
    expect(await sharp(preview).metadata()).toMatchObject({ format: 'jpeg', width: 192, height: 320 });
    expect(preview.length).toBeLessThan(200_000);
  });
});

describe('when something goes wrong', () => {
  const canceled = new AbortController();

  it('a canceled clip leaves no file and no process', async () => {
    const abort = new AbortController();
    const before = (index: number) => {
      if (index === 5) abort.abort();
    };
    await expect(encodeClip(stream({ before, frameCount: 200 }), options({ signal: abort.signal }))).rejects.toMatchObject({ code: 'CANCELED' });
    expect(await readdir(directory)).toEqual([]);
    expect(await ffmpegs()).toEqual([]);
  });

  it('a clip canceled beforehand never starts', async () => {
    canceled.abort();
    const before = () => Promise.reject(new Error('a frame was asked for'));
    await expect(encodeClip(stream({ before }), options({ signal: canceled.signal }))).rejects.toMatchObject({ code: 'CANCELED' });
  });

  it('an engine that fails while it draws is heard, not ffmpeg', async () => {
    const before = (index: number) => {
      if (index === 3) throw new TypeError('the engine broke');
    };
    const failure = encodeClip(stream({ before }), options());
    await expect(failure).rejects.toMatchObject({ code: 'ENGINE_FAILED', cause: { message: 'the engine broke' } });
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([
    ['too few frames', { ...stream(), frameCount: 25 }],
    ['frames of another size', { ...stream(), widthPx: 320 }],
  ])('notices %s', async (_name, wrong) => {
    await expect(encodeClip(wrong, options())).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  });

  it('a full disk becomes ENCODE_FAILED, with ffmpeg’s words in the cause only', async () => {
    const full = join(directory, 'ffmpeg');
    const { path } = await findFfmpeg();
    await writeFile(
      full,
      `#!/bin/sh\ncase "$*" in *pipe:0*) echo "av_interleaved_write_frame(): No space left on device" >&2; exit 1;; *) exec ${path} "$@";; esac\n`,
    );
    await chmod(full, 0o755);
    const error: AppError = await encodeClip(stream(), options({ ffmpegPath: full })).then(
      () => Promise.reject(new Error('it worked')),
      (thrown: AppError) => thrown,
    );
    expect(error).toMatchObject({ code: 'ENCODE_FAILED', params: {} });
    expect(String(error.cause)).toContain('No space left on device');
    expect(await readdir(directory)).toEqual(['ffmpeg']);
  });

  it('a folder that is not there becomes ENCODE_FAILED', async () => {
    await expect(encodeClip(stream(), options({ directory: join(directory, 'gone') }))).rejects.toMatchObject({ code: 'ENCODE_FAILED' });
  });

  it('a configured ffmpeg that is missing is not replaced by another', async () => {
    await expect(encodeClip(stream(), options({ ffmpegPath: '/nowhere/ffmpeg' }))).rejects.toMatchObject({ code: 'FFMPEG_MISSING' });
  });

  it('frames are drawn only as fast as ffmpeg takes them', async () => {
    let drawn = 0;
    let stopped: number | undefined;
    let drawnWhileStopped = 0;
    const before = async (index: number) => {
      drawn = index;
      if (index !== 10) return;
      [stopped] = await ffmpegs();
      process.kill(stopped as number, 'SIGSTOP');
      setTimeout(() => {
        drawnWhileStopped = drawn - 10;
        process.kill(stopped as number, 'SIGCONT');
      }, 700);
    };
    await encodeClip(stream({ widthPx: 640, heightPx: 360, frameCount: 60, draw: plain(90, 128, 128), before }), options());
    expect(stopped).toBeGreaterThan(0);
    expect(drawnWhileStopped).toBeLessThanOrEqual(4);
  });
});
