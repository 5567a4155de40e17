/** Negative controls: for each thing that the fault suite proves, one variant that is broken on purpose, which the proof must catch. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Fit } from '../../../core/deliver.ts';
import type { Deps } from '../../../core/deps.ts';
import type { Job } from '../../../core/job.ts';
import { fitExactly } from '../../support/fault-process.ts';
import { type FaultWorld, openFaultWorld } from '../../support/fault-world.ts';
import { crowd, mostInAMinute, openChannel, type Platform, running, showProgress, watchEdits } from './crowd.ts';
import { LIMITS_KIB, ladderProblems } from './ladder.ts';
import { runSchedule, type Sabotage } from './schedule.ts';
import { calm, dueAtMs, onDiscord, request, settled, start, until } from './stage.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Chance decides what a schedule holds; when the dice roll differently some day, the search goes on for so many. */
const MOST_SEEDS = 20;
/** Where nothing settles any more, waiting on is no use. */
const FEW_ROUNDS = 40;

let world: FaultWorld;
beforeAll(async () => {
  world = await openFaultWorld(inject('templateDirectory'));
});
afterAll(() => world.close());

type Jobs = Deps['store']['jobs'];
const withJobs = (deps: Deps, change: (jobs: Jobs) => Partial<Jobs>): Deps => ({
  ...deps,
  store: { ...deps.store, jobs: { ...deps.store.jobs, ...change(deps.store.jobs) } },
});

/** The database refuses to record a delivery once per job, and nothing else remembers that anything was sent. */
const amnesia = (deps: Deps): Deps => {
  const refused = new Set<string>();
  const forgetful = withJobs(deps, ({ saveDelivery, takeDeliveries }) => ({
    takeDeliveries: async (...args) =>
      (await takeDeliveries(...args)).map((job) => (job.origin.channel === 'telegram' ? { ...job, address: { ...job.address, statusMessageId: null } } : job)),
    saveAddress: async () => undefined,
    async saveDelivery(id, ...args) {
      if (refused.has(id)) return saveDelivery(id, ...args);
      refused.add(id);
      throw new Error('the database is away');
    },
  }));
  const { deliveries } = deps.store;
  return {
    ...forgetful,
    store: { ...forgetful.store, deliveries: { ...deliveries, sends: async () => [], beginSend: async () => 0, endSend: async () => undefined } },
  };
};

/** Every copy of an update is taken for a new one. */
const everyCopyCounts = (deps: Deps): Deps => {
  let copies = 0;
  return withJobs(deps, ({ accept, circumstances }) => ({
    findByRequestKey: async () => null,
    circumstances: async (...args) => ({ ...(await circumstances(...args)), known: null }),
    accept: (draft, ...args) => accept({ ...draft, requestKey: `${draft.requestKey} copy ${++copies}` }, ...args),
  }));
};

/** The queue loses every message, and nobody looks into the database for what is unfinished. */
const nobodySweeps = (deps: Deps): Deps => ({
  ...withJobs(deps, () => ({ undispatched: async () => [] })),
  queue: { ...deps.queue, add: async () => undefined },
});

/** Outcomes are ticked off instead of sent. */
const tickedOff = (deps: Deps): Deps =>
  withJobs(deps, ({ saveDelivery, takeDeliveries }) => ({
    async takeDeliveries(...args) {
      for (const { id } of await takeDeliveries(...args)) await saveDelivery(id, 'delivered', { receipt: '1' });
      return [];
    },
  }));

/** A clip's end is written down without the ledger. */
const endsWithoutLedger = (deps: Deps): Deps =>
  withJobs(deps, ({ find, finish }) => ({
    async finish(id, attempt, outcome) {
      if (outcome.state !== 'done') return finish(id, attempt, outcome);
      await world.database.query(
        `UPDATE stillmotion.job SET state = 'done', clip = $2::jsonb, delivery = 'pending', finished_at_ms = $3 WHERE id = $1 AND state = 'running'`,
        [id, JSON.stringify(outcome.clip), world.clock.nowMs()],
      );
      return find(id);
    },
  }));

const addLines = async (kind: string, jobId: string | null, lines: Readonly<Record<string, number>>): Promise<void> =>
  void (await world.database.query(
    `WITH entry AS (INSERT INTO stillmotion.ledger_entry (kind, user_id, place, job_id, actor, at_ms) VALUES ($1, 'x', 'x', $2, 'x', 0) RETURNING id)
     INSERT INTO stillmotion.ledger_line (entry_id, account, amount_ms) SELECT entry.id, line.key, line.value::bigint FROM entry, jsonb_each_text($3::jsonb) AS line`,
    [kind, jobId, JSON.stringify(lines)],
  ));

/** Every accepted job is charged once more. */
const chargedTwice = (deps: Deps): Deps =>
  withJobs(deps, ({ accept }) => ({
    async accept(...args) {
      const accepted = await accept(...args);
      if (accepted.created) await addLines('hold', accepted.job.id, { 'day:x:x': -5, 'house:used': 5 });
      return accepted;
    },
  }));

/** Money from nowhere, with the database's own guard switched off. */
const fromNowhere = (deps: Deps): Deps =>
  withJobs(deps, ({ finish }) => ({
    async finish(...args) {
      await world.database.query('ALTER TABLE stillmotion.ledger_line DISABLE TRIGGER ledger_balanced');
      await addLines('grant', null, { 'grants:x@x': 7 });
      await world.database.query('ALTER TABLE stillmotion.ledger_line ENABLE TRIGGER ledger_balanced');
      return finish(...args);
    },
  }));

/**
 * What each one leaves behind in the world must not be what a later one is caught by: broken holds come before what leaves holds open.
 * @param fromSeed the first schedule that holds what this one breaks
 */
const controls: readonly (readonly [name: string, problem: RegExp, fromSeed: number, sabotage: Sabotage])[] = [
  ['a job that is charged twice', /jobs were charged twice/, 1, { breakDeps: chargedTwice }],
  ['a clip that ends without its line in the ledger', /hold:\w+ still holds \d+ ms/, 1, { breakDeps: endsWithoutLedger }],
  ['a bot that forgets what it sent', /was sent \d+ times on Telegram, and only 0/, 1, { breakDeps: amnesia }],
  ['a bot that ticks outcomes off instead of sending them', /counts as delivered, and nobody has it/, 1, { breakDeps: tickedOff }],
  ['a bot that takes every copy of an update for a new one', / became .* and /, 1, { breakDeps: everyCopyCounts }],
  ['credits from nowhere', /the ledger's sum is \d+/, 1, { breakDeps: fromNowhere }],
  ['a queue that loses everything while nobody sweeps', /is still waiting/, 1, { breakDeps: nobodySweeps, rounds: FEW_ROUNDS }],
];

describe('the scenario of a lost answer and a clock that jumps catches', () => {
  /** How many messages hold the clip in the end. */
  const posted = async (deps: Deps): Promise<number> => {
    const asked = await world.askOnDiscord(calm, '950000000000000001');
    const { id } = await request(asked, world);
    world.clock.advance(16 * MINUTE_MS);
    world.discord.fault({ method: 'POST', path: new RegExp(`${asked.interaction?.channelId}/messages`), status: 200, cutAfter: true });
    const nowMs = world.clock.nowMs();
    const one = start(world, {}, { deps });
    await until(async () => onDiscord(world, id).length > 0 && ![0, nowMs + MINUTE_MS].includes(await dueAtMs(world, id)), 'the end of the first try');
    world.clock.advance(3 * DAY_MS);
    await settled(world, id, 1_000);
    await one.end();
    world.discord.clearFaults();
    return onDiscord(world, id).length;
  };

  it('a bot that forgets that something may have arrived', async () => {
    expect(await posted(world.deps)).toBe(1);
    const { deliveries } = world.deps.store;
    const forgetful = { ...world.deps, store: { ...world.deps.store, deliveries: { ...deliveries, sends: async () => [] } } };
    expect(await posted(forgetful)).toBe(2);
  });
});

describe('the count of edits in a minute catches', () => {
  it.each(['Telegram', 'Discord'] as const)('a budget on a clock that runs three times as fast, on %s', async (platform: Platform) => {
    const startMs = world.clock.nowMs();
    const hasty = { ...world.deps, clock: { nowMs: () => startMs + 3 * (world.clock.nowMs() - startMs) } };
    const jobs: Job[] = [];
    for (const asked of await crowd(world, platform, 5)) jobs.push(await running(world, asked));
    const channel = openChannel(world, platform, hasty);
    const watch = watchEdits(world, platform);
    await showProgress(world, channel, jobs, 60, watch);
    await channel.stop();
    for (const { id, attempt } of jobs) await world.deps.store.jobs.finish(id, attempt, { state: 'failed', error: { code: 'INTERNAL', params: {} } });
    expect(mostInAMinute(watch.editedAtMs)).toBeGreaterThan(20);
  });
});

describe('the size ladder', () => {
  it.each(LIMITS_KIB)('brings two clips to a place with a true limit of %i KiB under a hint of 500 MiB', async (limitKib) => {
    expect(await ladderProblems(world, limitKib * 1024)).toEqual([]);
  });

  it('catches a place whose ceiling is not learnt', async () => {
    const { deliveries } = world.deps.store;
    const deps = { ...world.deps, store: { ...world.deps.store, deliveries: { ...deliveries, learnCeiling: async () => undefined } } };
    expect(await ladderProblems(world, 700 * 1024, { deps })).toEqual([expect.stringMatching(/^the second clip was refused \d+ times for its size$/)]);
  });

  it('catches clips that are made smaller, but not small enough, and comes to an end', async () => {
    const fit: Fit = (path, format, maxBytes) => fitExactly(path, format, Math.max(900 * 1024, maxBytes));
    const problems = await ladderProblems(world, 700 * 1024, { fit });
    expect(problems).toContain('the first clip is lost');
    expect(problems).toContain('nobody has the first clip');
  });
});

describe('the crash schedules', () => {
  it('find nothing wrong with what is not broken', async () => {
    expect((await runSchedule(world, 1)).problems).toEqual([]);
  });

  it.each(controls)('catch %s', async (_name, problem, fromSeed, sabotage) => {
    const caught = async (seed: number): Promise<boolean> => (await runSchedule(world, seed, sabotage)).problems.some((one) => problem.test(one));
    let seed = fromSeed;
    while (!(await caught(seed)) && seed < fromSeed + MOST_SEEDS) seed++;
    expect(seed, 'no schedule was caught').toBeLessThan(fromSeed + MOST_SEEDS);
  });
});
