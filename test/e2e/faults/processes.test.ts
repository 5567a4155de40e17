/** One bot and two workers as processes of their own, on a real Redis and a real PostgreSQL: whatever is killed, every clip arrives once. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../support/program.ts';
import type { RoleProcess } from '../../support/real-roles.ts';
import { serversMissing } from '../../support/real-servers.ts';
import { type Asked, openRealWorld, type RealWorld, until } from '../../support/real-world.ts';

/** Takes a few seconds on one core, so that there is time to kill something. */
const LONG_CLIP = 'waves --engine tiny --steps 100 --width 128 --height 128 --frames 12 --seed 7';
const MIDDLING_CLIP = 'waves --engine tiny --steps 60 --width 96 --height 96 --frames 12';
const SHORT_CLIP = 'waves --engine tiny --steps 10 --width 96 --height 96 --frames 8';
const LIMIT_MS = 240_000;

let world: RealWorld;
let workers: RoleProcess[] = [];
const healthPorts = [await freePort(), await freePort()];

const delivered = async (asked: Asked): Promise<Buffer> => {
  await until(
    'delivering a clip',
    async () => {
      const { state, delivery, error } = await world.job(asked);
      if (state === 'failed') throw new Error(`it failed: ${error?.code}`);
      return delivery === 'delivered' && world.clips(asked).length > 0;
    },
    180_000,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${world.output()}`, { cause: error });
  });
  return world.clips(asked)[0] ?? Buffer.alloc(0);
};

const isDenoising = (asked: Asked, fromStep = 1): Promise<RoleProcess> =>
  until('denoising', async () => {
    const { state, progress } = await world.job(asked);
    return state === 'running' && progress?.stage === 'denoise' && progress.done >= fromStep && world.workerOf(asked);
  });

describe.skipIf(serversMissing !== '')(`processes on real servers${serversMissing === '' ? '' : ` (skipped: ${serversMissing})`}`, () => {
  beforeAll(async () => {
    world = await openRealWorld();
    const bot = await world.startBot();
    workers = await Promise.all([1, 2].map((number) => world.startWorker(`worker ${number}`, { HEALTH_PORT: String(healthPorts[number - 1]) })));
    await until('offering what workers hold', () => bot.log().some(({ msg, engines }) => msg === 'other engines can be used now' && engines?.includes('tiny')));
  }, LIMIT_MS);
  afterAll(() => world?.close(), LIMIT_MS);

  it(
    'two workers share the load of one bot',
    async () => {
      const asked = await Promise.all(Array.from({ length: 6 }, () => world.ask(SHORT_CLIP)));
      await Promise.all(asked.map(delivered));
      const made = workers.map((worker) => worker.log().filter(({ msg }) => msg === 'clip made').length);
      expect(made.reduce((sum, count) => sum + count)).toBe(6);
      for (const count of made) expect(count).toBeGreaterThan(0);
      for (const [index, port] of healthPorts.entries()) {
        expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
        const numbers = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        expect(numbers).toContain(`stillmotion_jobs_total{engine="tiny",state="done"} ${made[index]}`);
      }
    },
    LIMIT_MS,
  );

  it(
    'a worker killed in the middle of a clip: the other one goes on from a later step, to the very same file',
    async () => {
      const uninterrupted = await delivered(await world.ask(LONG_CLIP));
      const asked = await world.ask(LONG_CLIP);
      const first = await isDenoising(asked);
      await until('a checkpoint', () => first.log().some(({ msg, jobId }) => msg === 'a checkpoint is kept' && jobId === asked.id));
      const killedAtMs = Date.now();
      await first.kill();
      const second = workers.find((worker) => worker !== first) as RoleProcess;
      const resumed = await until('going on', () => second.log().find(({ msg, jobId }) => msg.startsWith('going on') && jobId === asked.id) ?? null);
      const afterMs = Date.parse(resumed.time) - killedAtMs;
      process.stdout.write(`resumed by the other worker ${(afterMs / 1000).toFixed(1)} s after the kill, at step ${resumed.step} of 100\n`);
      expect(resumed.step).toBeGreaterThan(0);
      expect(afterMs).toBeLessThan(60_000);
      expect((await delivered(asked)).equals(uninterrupted)).toBe(true);
      expect((await world.job(asked)).attempt).toBe(2);
      workers = [second, await world.startWorker('worker 3')];
    },
    LIMIT_MS,
  );

  it(
    'the inference process killed: the clip is tried again and arrives',
    async () => {
      const asked = await world.ask(MIDDLING_CLIP);
      const worker = await isDenoising(asked);
      for (const id of worker.children()) process.kill(id, 'SIGKILL');
      await delivered(asked);
      expect((await world.job(asked)).attempt).toBe(2);
      expect(worker.isAlive()).toBe(true);
    },
    LIMIT_MS,
  );

  it(
    'Redis killed, coming back with nothing: what waited and what ran arrives',
    async () => {
      const asked = [await world.ask(MIDDLING_CLIP), await world.ask(SHORT_CLIP), await world.ask(SHORT_CLIP), await world.ask(SHORT_CLIP)];
      await isDenoising(asked[0] as Asked);
      await world.redis.kill();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await world.redis.start();
      await Promise.all(asked.map(delivered));
    },
    LIMIT_MS,
  );

  it(
    'PostgreSQL killed and started again: what waited and what ran arrives',
    async () => {
      const asked = [await world.ask(MIDDLING_CLIP), await world.ask(SHORT_CLIP), await world.ask(SHORT_CLIP)];
      await isDenoising(asked[0] as Asked);
      await world.postgres.kill();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await world.postgres.start();
      await Promise.all(asked.map(delivered));
    },
    LIMIT_MS,
  );

  const isRoot = process.getuid?.() === 0;
  it.skipIf(!isRoot)(
    `a full disk fails one clip with a reason and no cost, and the next one works${isRoot ? '' : ' (skipped: only root can mount a small disk)'}`,
    async () => {
      for (const worker of workers.splice(0)) await worker.stop();
      const disk = join(world.folder, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
      try {
        const worker = await world.startWorker('worker 4', { TMPDIR: disk });
        workers = [worker];
        await delivered(await world.ask(SHORT_CLIP));
        const { bavail, bsize } = statfsSync(disk);
        const filler = join(disk, 'filler');
        writeFileSync(filler, Buffer.alloc(bavail * bsize, 1));
        const asked = await world.ask(SHORT_CLIP);
        const failed = await until('failing', async () => {
          const job = await world.job(asked);
          return ['failed', 'done'].includes(job.state) && job;
        });
        expect(failed.error?.code).toBe('NO_SPACE_LEFT');
        const [line] = await world.rows<{ kind: string; sum: string }>(
          `SELECT max(e.kind) AS kind, coalesce(sum(l.amount_ms) FILTER (WHERE l.account LIKE 'day:%'), 0)::text AS sum
         FROM stillmotion.ledger_entry e JOIN stillmotion.ledger_line l ON l.entry_id = e.id WHERE e.job_id = $1`,
          [asked.id],
        );
        expect(line).toEqual({ kind: 'refund', sum: '0' });
        rmSync(filler);
        await delivered(await world.ask(SHORT_CLIP));
        await worker.stop();
      } finally {
        execFileSync('umount', ['-l', disk]);
      }
    },
    LIMIT_MS,
  );

  it('nothing came twice, and the ledger sums to 0', async () => {
    // long enough for a second delivery to show itself
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(Math.max(...world.deliveries())).toBe(1);
    expect(world.telegram.violations).toEqual([]);
    const [row] = await world.rows<{ sum: string; open: string }>(
      `SELECT coalesce(sum(amount_ms), 0)::text AS sum, coalesce(sum(amount_ms) FILTER (WHERE account LIKE 'hold:%'), 0)::text AS open FROM stillmotion.ledger_line`,
    );
    expect(row).toEqual({ sum: '0', open: '0' });
  });
});
