/** One schedule of faults, drawn from a seed and played to its end, and what must be true afterwards. */
import { cancel } from '../../../core/cancel.ts';
import type { Deps } from '../../../core/deps.ts';
import { asAppError } from '../../../core/errors.ts';
import { isFinal, type Job } from '../../../core/job.ts';
import { submit } from '../../../core/submit.ts';
import { type CrashPlan, type FaultProcess, jobOf, startProcess, type Trouble } from '../../support/fault-process.ts';
import { type Dice, dice } from '../../support/fault-random.ts';
import type { Asked, FaultWorld } from '../../support/fault-world.ts';

/** What came of it; numbers of one schedule, or sums over many. */
export interface Tally {
  jobs: number;
  refused: number;
  done: number;
  failed: number;
  canceled: number;
  delivered: number;
  /** Finished, but no way led to the person; `/result` and the page still have the clip. */
  collectable: number;
  crashes: number;
  discordDuplicates: number;
  telegramDuplicates: number;
  /** Sends after which a process died before it could write down that they had succeeded. */
  sendsCutOff: number;
}

export interface ScheduleResult {
  readonly tally: Tally;
  /** Empty when everything that must hold held. */
  readonly problems: readonly string[];
  /** Where processes died. */
  readonly deaths: readonly string[];
}

const CRASHABLE = [
  ...[
    'accept',
    'claimNext',
    'saveProgress',
    'finish',
    'takeDeliveries',
    'saveDelivery',
    'saveAddress',
    'findByRequestKey',
    'circumstances',
    'isCancelRequested',
    'cancel',
  ].map((name) => `store.jobs.${name}`),
  ...['beginSend', 'endSend', 'sends', 'ceiling', 'learnCeiling'].map((name) => `store.deliveries.${name}`),
  ...['put', 'putFile', 'get', 'localPath', 'remove'].map((name) => `files.${name}`),
  'queue.add',
] as const;

const drawPlan = (random: Dice): CrashPlan => {
  const plan = new Map<string, Trouble>();
  for (let n = random.between(0, 3); n > 0; n--) {
    plan.set(`${random.pick(CRASHABLE)}#${random.between(1, 4)}`, random.pick(['crash before', 'crash after', 'crash after', 'refuse'] as const));
  }
  return plan;
};

const MIB = 1024 * 1024;
/** Platforms' limits have been these; stand-ins a hundred times smaller keep a schedule fast. */
const LIMITS_MIB = [8, 10, 20, 25, 50, 100, 200, 500];
const SETTLE_ROUNDS = 400;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Faults of the platforms themselves. */
const troublePlatforms = (random: Dice, { discord, telegram }: FaultWorld, asked: readonly Asked[]): void => {
  const edits = /webhooks\/.*@original/;
  const posts = /channels\/.*messages/;
  for (let n = random.between(0, 3); n > 0; n--) {
    const path = random.pick([edits, posts]);
    switch (random.between(0, 7)) {
      case 0:
        discord.fault({ path, status: 503 });
        break;
      case 1:
        discord.fault({ path, status: 429, retryAfterS: random.pick([1, 30, 900, 10_323]) });
        break;
      case 2:
        discord.fault({ path, status: 200, cutAfter: true });
        break;
      case 3:
        discord.fault({ method: 'PATCH', path: edits, status: 401, code: 50_027 });
        break;
      case 4:
        telegram.fault(random.pick(['editMessageMedia', 'sendVideo']), 'hang-up');
        break;
      case 5:
        telegram.fault(random.pick(['editMessageMedia', 'sendVideo']), 'cut-after');
        break;
      case 6:
        telegram.fault('editMessageMedia', { status: 429, description: 'Too Many Requests', parameters: { retry_after: random.pick([1, 30, 900, 10_323]) } });
        break;
      default: {
        const one = random.pick(asked);
        if (one.chat) telegram.state.obstacles.set(one.chat.id, { kind: random.pick(['kicked', 'blocked'] as const) });
        else if (one.interaction) discord.removeChannel(one.interaction.channelId);
      }
    }
  }
};

/** The same request again until it is accepted or refused, as the platform or the inbox hands it over again after a crash. */
const insist = async (asked: Asked, world: FaultWorld, alive: () => Promise<FaultProcess>): Promise<Job | null> => {
  for (let attempt = 0; attempt < 12; attempt++) {
    const { deps, died } = await alive();
    const call = { ...asked, photo: { kind: 'bytes', bytes: world.photo } as const, prompt: 'waves', options: {}, maxClipBytes: 25 * MIB };
    try {
      return (await Promise.race([submit(call, deps), died])).job;
    } catch (error) {
      const known = asAppError(error);
      if (known.name === 'RefusedError' || known.name === 'InputError') return null;
    }
  }
  throw new Error('a request found nobody');
};

/** For proving that the checks bite: breaks something in what every process of the schedule works with. */
export interface Sabotage {
  readonly breakDeps?: (deps: Deps) => Deps;
  /** Fewer than usual where what is broken never settles. */
  readonly rounds?: number;
}

export const runSchedule = async (
  world: FaultWorld,
  seed: number,
  { breakDeps = (deps) => deps, rounds = SETTLE_ROUNDS }: Sabotage = {},
): Promise<ScheduleResult> => {
  const random = dice(seed);
  const { clock, deps, discord, telegram } = world;
  const working = breakDeps(deps);
  world.logged.length = 0;
  const deaths: string[] = [];
  discord.limitFiles(random.pick(LIMITS_MIB) * MIB);

  let running: FaultProcess | null = null;
  let crashesLeft = random.between(0, 5);
  const clipBytes = random.chance(0.15) ? random.between(9, 24) * MIB : random.between(2_000, 60_000);
  const alive = async (): Promise<FaultProcess> => {
    if (running !== null && running.death() !== null) {
      deaths.push(running.death() ?? '');
      crashesLeft--;
      await running.end();
      running = null;
      await world.quiet();
      // a new one takes a moment to come up
      clock.advance(random.between(500, 20_000));
      if (random.chance(0.2)) world.queue.forget();
    }
    running ??= startProcess(
      {
        deps: working,
        dice: random,
        clipBytes,
        discord: { token: discord.token, apiUrl: discord.apiUrl },
        telegram: { token: telegram.token, apiRoot: telegram.apiRoot },
      },
      crashesLeft > 0 ? drawPlan(random) : new Map(),
    );
    return running;
  };

  // 1 people ask, some of them twice or three times at once
  const asked: Asked[] = [];
  const jobs = new Map<string, Asked>();
  const group = random.chance(0.3) ? telegram.group('Group') : null;
  const guildId = random.chance(0.7) ? `9100000000000${String(10_000 + (seed % 80_000))}` : null;
  const count = random.between(1, 4);
  for (let n = 0; n < count; n++) asked.push(await (random.chance(0.5) ? world.askOnDiscord(random, guildId) : world.askOnTelegram(random, group)));
  troublePlatforms(random, world, asked);
  let refused = 0;
  for (const one of asked) {
    const copies = random.chance(0.25) ? 3 : 1;
    const accepted = await Promise.all(Array.from({ length: copies }, () => insist(one, world, alive)));
    const ids = new Set(accepted.map((job) => job?.id));
    if (ids.size > 1) {
      await (await alive()).end();
      return result([`${one.requestKey} became ${[...ids].join(' and ')}`]);
    }
    if (accepted[0]) jobs.set(accepted[0].id, one);
    else refused++;
    if (random.chance(0.15) && accepted[0]) {
      const { deps: now, died } = await alive();
      await Promise.race([cancel(accepted[0].id, one.origin.user, now), died]).catch(() => undefined);
    }
  }

  // 2 time passes, with everything that goes wrong in it
  const unsettled = async (): Promise<readonly Job[]> => {
    const found = await Promise.all([...jobs.keys()].map((id) => deps.store.jobs.find(id)));
    return found.filter((job): job is Job => job !== null && (!isFinal(job.state) || job.delivery === 'pending'));
  };
  if (random.chance(0.2)) clock.advance(random.between(880, 910) * 1_000);
  for (let round = 0; round < rounds && (await unsettled()).length > 0; round++) {
    await alive();
    await pause(4);
    await world.quiet();
    clock.advance(random.pick([100, 2_000, 5_000, 61_000, round > 60 ? 600_000 : 5_000]));
  }
  await (await alive()).end();

  // 3 what must be true
  const problems: string[] = [];
  const tally = emptyTally();
  tally.refused = refused;
  tally.crashes = deaths.length;
  for (const [id, one] of jobs) {
    const job = await deps.store.jobs.find(id);
    if (!job) {
      problems.push(`${id} was accepted and is gone`);
      continue;
    }
    tally.jobs++;
    if (!isFinal(job.state)) problems.push(`${id} is still ${job.state}`);
    else if (job.state !== 'refused') tally[job.state as 'done' | 'failed' | 'canceled']++;
    if (job.delivery === 'pending' || job.delivery === 'none') problems.push(`${id} (${job.state}): its delivery is ${job.delivery}`);
    const sends = await deps.store.deliveries.sends(id);
    const cutOff = sends.filter(({ outcome }) => outcome === null).length;
    tally.sendsCutOff += cutOff;
    if (job.state !== 'done') continue;
    if (job.delivery === 'delivered') tally.delivered++;
    else if (job.clip && (await deps.files.get(job.clip.key))) tally.collectable++;
    else problems.push(`${id} is done, neither delivered nor collectable`);
    const shown = one.interaction ? clipsOnDiscord(world, id) : clipsOnTelegram(world, id);
    if (job.delivery === 'delivered' && shown === 0 && !isSentence(world, one)) problems.push(`${id} counts as delivered, and nobody has it`);
    if (shown > 1 && one.interaction) {
      tally.discordDuplicates += shown - 1;
      problems.push(`${id} was posted ${shown} times on Discord`);
    }
    if (shown > 1 && !one.interaction) {
      tally.telegramDuplicates += shown - 1;
      // a connection that is cut after the message was taken looks like a crash at that moment
      const explained =
        cutOff + sends.filter(({ outcome, way }) => way === 'new message' && outcome !== null && outcome !== 'sent' && !outcome.startsWith('refused')).length;
      if (shown - 1 > explained) problems.push(`${id} was sent ${shown} times on Telegram, and only ${explained} sends were cut off`);
    }
  }
  problems.push(...(await ledgerProblems(world)), ...discord.violations.map((v) => `Discord: ${v}`), ...telegram.violations.map((v) => `Telegram: ${v}`));
  telegram.state.obstacles.clear();
  discord.clearFaults();
  return result(problems, tally);

  function result(list: readonly string[], counted: Tally = emptyTally()): ScheduleResult {
    return { tally: counted, problems: list, deaths };
  }
};

export const emptyTally = (): Tally => ({
  ...{ jobs: 0, refused: 0, done: 0, failed: 0, canceled: 0, delivered: 0, collectable: 0, crashes: 0 },
  ...{ discordDuplicates: 0, telegramDuplicates: 0, sendsCutOff: 0 },
});

const clipsOnDiscord = ({ discord }: FaultWorld, jobId: string): number =>
  discord.messages.filter((message) => !message.deleted && message.attachments.some(({ filename }) => filename.includes(jobId))).length;

const clipsOnTelegram = ({ telegram }: FaultWorld, jobId: string): number =>
  [...telegram.state.chats.values()]
    .flatMap((chat) => telegram.messages(chat))
    .filter(({ video }) => video && jobOf(telegram.state.files.get(video.file_id)?.bytes ?? Buffer.alloc(64)) === jobId).length;

/** A place that took no file of any size was told so in words. */
const isSentence = ({ discord }: FaultWorld, { interaction }: Asked): boolean =>
  interaction !== null && discord.messages.some(({ content, channelId }) => channelId === interaction.channelId && content.includes('does not fit into'));

/** Every entry and all of them together add up to 0, and no hold outlives its job. */
const ledgerProblems = async ({ database }: FaultWorld): Promise<readonly string[]> => {
  const [whole] = await database.query<{ sum: number }>('SELECT coalesce(sum(amount_ms), 0)::double precision AS sum FROM stillmotion.ledger_line');
  const crooked = await database.query('SELECT entry_id FROM stillmotion.ledger_line GROUP BY entry_id HAVING sum(amount_ms) <> 0');
  const held = await database.query<{ account: string; sum: number }>(
    `SELECT account, sum(amount_ms)::double precision AS sum FROM stillmotion.ledger_line WHERE account LIKE 'hold:%' GROUP BY account HAVING sum(amount_ms) <> 0`,
  );
  const twice = await database.query(`SELECT job_id FROM stillmotion.ledger_entry WHERE kind = 'hold' GROUP BY job_id HAVING count(*) > 1`);
  return [
    ...(whole?.sum === 0 ? [] : [`the ledger's sum is ${whole?.sum}`]),
    ...(crooked.length === 0 ? [] : [`${crooked.length} entries do not add up to 0`]),
    ...held.map(({ account, sum }) => `${account} still holds ${sum} ms`),
    ...(twice.length === 0 ? [] : [`${twice.length} jobs were charged twice`]),
  ];
};
