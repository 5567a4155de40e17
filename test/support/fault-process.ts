/** A process that can die at any call: the real deliverer, sweeper and worker over ports that crash before or after they did their work. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDiscordChannel } from '../../bots/discord/channel.ts';
import { createTelegramChannel } from '../../bots/telegram/channel.ts';
import { type Fit, startDeliverer } from '../../core/deliver.ts';
import type { Deps } from '../../core/deps.ts';
import { AppError } from '../../core/errors.ts';
import { startFollower } from '../../core/follow.ts';
import { startSweeper } from '../../core/sweep.ts';
import { startConsumer } from '../../worker/consumer.ts';
import type { Inference } from '../../worker/inference.ts';
import type { Dice } from './fault-random.ts';
import { jpeg } from './photos.ts';

/** A port's function dies with its process before or after it did its work, or refuses. */
export type Trouble = 'crash before' | 'crash after' | 'refuse';

/** Troubles by function and the number of its call in one process: `store.jobs.finish#1`. */
export type CrashPlan = ReadonlyMap<string, Trouble>;

export interface FaultProcess {
  readonly deps: Deps;
  /** The call at which it died, for example `store.jobs.finish (crash after)`, or null while it lives. */
  readonly death: () => string | null;
  /** Rejects when the process dies, never resolves. */
  readonly died: Promise<never>;
  /** Ends it as a stop from outside would, or buries it. */
  end(): Promise<void>;
}

class Died extends Error {}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Wraps every function of a port, also those of ports inside it. */
const wrap = <T extends object>(port: T, name: string, call: (name: string, run: () => unknown) => unknown): T =>
  new Proxy(port, {
    get(target, property, receiver) {
      const value: unknown = Reflect.get(target, property, receiver);
      if (typeof property === 'symbol') return value;
      if (typeof value === 'function') return (...args: unknown[]) => call(`${name}.${property}`, () => value.apply(target, args));
      return isObject(value) ? wrap(value, `${name}.${property}`, call) : value;
    },
  });

export interface World {
  readonly deps: Deps;
  readonly discord: { readonly token: string; readonly apiUrl: string };
  readonly telegram: { readonly token: string; readonly apiRoot: string };
  readonly dice: Dice;
  readonly clipBytes: number;
  /** Makes clips smaller; exactly as many bytes as allowed unless given. */
  readonly fit?: Fit;
}

const thumbnail = await jpeg(96, 64);

const JOB_AT = 24;
/** Bytes that begin like an MP4 and carry the job's id, so that it is found again on the platforms. */
const clipOf = (jobId: string, bytes: number): Uint8Array => {
  const clip = Buffer.alloc(bytes, 7);
  clip.write('\0\0\0\u0018ftypmp42', 'latin1');
  clip.write(jobId, JOB_AT, 'latin1');
  return clip;
};
/** The job whose clip this is. */
export const jobOf = (clip: Uint8Array): string => Buffer.from(clip.buffer, clip.byteOffset + JOB_AT, 16).toString('latin1');

/** Stands for ffmpeg where only sizes matter. */
export const fitExactly: Fit = async (path, _format, maxBytes) => ({
  bytes: clipOf(jobOf(await readFile(path)), maxBytes),
  ...{ widthPx: 64, heightPx: 64, seconds: 1, fps: 12, frameCount: 12 },
  notes: [],
});

/** Plays the child process: a few signs of progress, then a clip; sometimes it crashes or draws nonsense. */
const scriptedInference = ({ dice, clipBytes }: World): Inference => ({
  async run({ jobId, request, directory }, { signal, onProgress }) {
    for (let step = 1; step <= 3; step++) {
      if (signal.aborted) throw new AppError('CANCELED');
      onProgress({ stage: 'denoise', done: step, total: 3, fraction: step / 4 });
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (dice.chance(0.08)) throw new AppError('ENGINE_CRASHED');
    if (dice.chance(0.04)) throw new AppError('OUTPUT_BLANK');
    const path = join(directory, `clip.${request.format}`);
    const thumbnailPath = join(directory, 'thumbnail.jpg');
    await writeFile(path, clipOf(jobId, clipBytes));
    await writeFile(thumbnailPath, thumbnail);
    const { format, widthPx, heightPx, seconds, fps, frameCount } = request;
    return {
      clip: { path, thumbnailPath, format, bytes: clipBytes, widthPx, heightPx, seconds, fps, frameCount },
      notes: [],
      timingsMs: { load: 0, photo: 0, encode: 0, denoise: 0, render: 0, ffmpeg: 0 },
    };
  },
  close: async () => undefined,
});

export const startProcess = (world: World, plan: CrashPlan): FaultProcess => {
  const calls = new Map<string, number>();
  let death: string | null = null;
  let kill: (error: Error) => void = () => undefined;
  const died = new Promise<never>((_resolve, reject) => {
    kill = reject;
  });
  died.catch(() => undefined);
  const never = new Promise<never>(() => undefined);
  const die = (where: string): Promise<never> => {
    death = where;
    kill(new Died(where));
    return never;
  };

  const call = (name: string, run: () => unknown): unknown => {
    if (death !== null) return never;
    const nth = (calls.get(name) ?? 0) + 1;
    calls.set(name, nth);
    const trouble = plan.get(`${name}#${nth}`);
    if (trouble === 'crash before') return die(`${name} (before)`);
    if (trouble === 'refuse') return Promise.reject(new Error(`${name}: away for a moment`));
    const result = run();
    if (trouble === 'crash after') return Promise.resolve(result).then(() => die(`${name} (after)`));
    // what a living process asked for does not reach a dead one
    return result instanceof Promise ? result.then((value) => (death === null ? value : never)) : result;
  };

  const { store, files, queue } = world.deps;
  const deps: Deps = {
    ...world.deps,
    store: wrap(store, 'store', call),
    files: wrap(files, 'files', call),
    queue: {
      add: (id, options) => call('queue.add', () => queue.add(id, options)) as Promise<void>,
      remove: (id) => call('queue.remove', () => queue.remove(id)) as Promise<void>,
      // the queue hands its messages to somebody else once this process is dead
      consume: (handler, options) => queue.consume((id) => Promise.race([handler(id), died]), options),
      close: async () => undefined,
    },
  };
  // The channels are not started: requests reach the use cases directly, outcomes go out over HTTP.
  const discord = createDiscordChannel({ deps, token: world.discord.token, apiUrl: world.discord.apiUrl, log: deps.log });
  const telegram = createTelegramChannel({ deps, token: world.telegram.token, apiRoot: world.telegram.apiRoot, log: deps.log });
  const channels = [discord, telegram];
  const deliverer = startDeliverer(channels, { ...deps, fit: world.fit ?? fitExactly }, 3);
  const follower = startFollower(channels, deps, 25);
  const sweeper = startSweeper(deps, 20);
  const consumer = startConsumer({ ...deps, inference: scriptedInference(world) });
  return {
    deps,
    died,
    death: () => death,
    async end() {
      if (death === null) {
        await sweeper.stop();
        await consumer.close();
        await deliverer.stop();
        await follower.stop();
      } else {
        // Nothing of it moves any more; its loops must not even turn.
        void sweeper.stop();
        void consumer.close();
        void deliverer.stop();
        void follower.stop();
      }
    },
  };
};
