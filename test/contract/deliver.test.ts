/** The deliverer over a real database and a fake Discord: sizes that are refused teach, and nothing is sent twice or lost. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Deliverer, type Fit, startDeliverer } from '../../core/deliver.ts';
import type { Deps } from '../../core/deps.ts';
import { AppError } from '../../core/errors.ts';
import type { Job } from '../../core/job.ts';
import { fitClip } from '../../worker/media/convert.ts';
import { encodeClip } from '../../worker/media/encode.ts';
import { type Bench, startBench } from '../support/fake-discord-bench.ts';
import type { FakeInteraction } from '../support/fake-discord-state.ts';
import { stream } from '../support/frames.ts';
import { jpeg } from '../support/photos.ts';

const MIB = 1024 * 1024;
let bench: Bench;
let photo: string;
let deliverer: Deliverer | undefined;

beforeAll(async () => {
  bench = await startBench(inject('templateDirectory'));
  photo = bench.discord.addPhoto(await jpeg()).id;
});
afterEach(async () => {
  await deliverer?.stop();
  deliverer = undefined;
  bench.discord.limitFiles(10 * MIB);
});
afterAll(async () => {
  const { violations } = bench.discord;
  await bench.close();
  expect(violations).toEqual([]);
});

/** Stands for ffmpeg where only sizes matter: as many bytes as allowed. */
const obedient: Fit = async (_path, _format, maxBytes) => ({
  bytes: new Uint8Array(maxBytes).fill(9),
  ...{ widthPx: 64, heightPx: 64, seconds: 1, fps: 12, frameCount: 12 },
  notes: [],
});

let guilds = 900;
/** A finished job in a server of its own, its clip in the store; the interaction promised 500 MiB, as it does to some. */
const finished = async (clip: Uint8Array, guildId = `90000000000000${guilds++}`): Promise<{ asked: FakeInteraction; job: Job }> => {
  const asked = bench.discord.slash('animate', { image: photo, prompt: 'waves' }, { guildId, attachmentSizeLimit: 500 * MIB });
  const { id } = await bench.jobOf(asked);
  await bench.deps.files.put(`clips/${id}.mp4`, clip);
  const { job } = await bench.finish(id, { bytes: clip.length });
  return { asked, job };
};
const start = (fit: Fit, deps: Partial<Deps> = {}): void => {
  deliverer = startDeliverer([bench.channel()], { ...bench.deps, ...deps, fit }, 20);
};
const settled = (job: Job): Promise<Job> =>
  bench.until(async () => {
    const now = await bench.deps.store.jobs.find(job.id);
    return now && now.delivery !== 'pending' ? now : null;
  });
const fileOf = (asked: FakeInteraction): Uint8Array | undefined => {
  const url = asked.original?.attachments[0]?.url;
  return url === undefined ? undefined : (bench.discord.download(url) ?? undefined);
};

describe('a place that takes less than it said', () => {
  it.each([8, 10, 20, 25, 50, 100, 200, 500])('gets a clip that fits, at a true limit of %i MiB', async (limitMib) => {
    const { asked, job } = await finished(new Uint8Array(Math.min(24, limitMib * 2.5) * MIB).fill(7));
    bench.discord.limitFiles(limitMib * MIB);
    start(obedient);
    expect(await settled(job)).toMatchObject({ delivery: 'delivered' });
    const sent = fileOf(asked)?.length ?? 0;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThanOrEqual(limitMib * MIB);
  });

  it('is not asked the same again for the next clip', async () => {
    const guildId = '900000000000009999';
    const outcomes: (string | null)[][] = [];
    start(obedient);
    for (let clip = 0; clip < 2; clip++) {
      const { job } = await finished(new Uint8Array(12 * MIB).fill(7), guildId);
      await settled(job);
      outcomes.push((await bench.deps.store.deliveries.sends(job.id)).map(({ outcome }) => outcome));
    }
    expect(outcomes).toEqual([['refused: DiscordAPIError[40005]', 'sent'], ['sent']]);
  });

  it('gets real clips made by ffmpeg, smaller until they fit', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'deliver-test-'));
    try {
      let seed = 1;
      const noise = (_i: number, widthPx: number, heightPx: number): Uint8Array =>
        Uint8Array.from({ length: (widthPx * heightPx * 3) / 2 }, () => {
          seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
          return 16 + ((seed >>> 16) % 200);
        });
      const clip = await encodeClip(stream({ widthPx: 256, heightPx: 192, frameCount: 24, draw: noise }), { format: 'mp4', maxBytes: 20 * MIB, directory });
      const { asked, job } = await finished(await readFile(clip.path));
      bench.discord.limitFiles(clip.bytes / 2);
      start((path, format, maxBytes) => fitClip(path, format, maxBytes));
      expect(await settled(job)).toMatchObject({ delivery: 'delivered' });
      expect(fileOf(asked)?.length).toBeLessThanOrEqual(clip.bytes / 2);
      expect(Buffer.from(fileOf(asked) ?? []).toString('latin1', 4, 8)).toBe('ftyp');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('hears why when nothing can be made small enough, and the delivery counts as lost', async () => {
    const { asked, job } = await finished(new Uint8Array(12 * MIB).fill(7));
    bench.discord.limitFiles(1000);
    start(async () => {
      throw new AppError('CLIP_TOO_BIG', { maxMb: 10 });
    });
    expect(await settled(job)).toMatchObject({ delivery: 'lost' });
    expect(asked.original?.content).toContain('does not fit into');
  });
});

describe('a crash around a send', () => {
  it('sends nothing twice when only the last line could not be written', async () => {
    const { asked, job } = await finished(new Uint8Array(2_000).fill(7));
    let refusals = 2;
    const { store } = bench.deps;
    const flaky: Deps['store'] = {
      ...store,
      jobs: {
        ...store.jobs,
        saveDelivery: async (...args) => {
          if (refusals-- > 0) throw new Error('the database is away');
          return store.jobs.saveDelivery(...args);
        },
      },
    };
    start(obedient, { store: flaky });
    await bench.until(() => refusals === 1);
    bench.clock.advance(61_000);
    await bench.until(() => refusals === 0);
    bench.clock.advance(61_000);
    await settled(job);
    const uploads = bench.discord.calls.filter(({ method, path }) => method === 'PATCH' && path.includes(asked.token) && fileOf(asked));
    expect((await store.deliveries.sends(job.id)).filter(({ outcome }) => outcome === 'sent')).toHaveLength(1);
    expect(uploads.length).toBeGreaterThan(0);
  });
});
