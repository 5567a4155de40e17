/**
 * Measures the line and the ledger: `npm run bench -- queue [turns] [promises] [histories] [url]`. With the URL of an
 * empty PostgreSQL database it is measured there, else on the embedded one.
 */
import { type Database, openPglite, openPostgres } from '../../core/infra/database.ts';
import { createStore } from '../../core/infra/store.ts';
import type { Job } from '../../core/job.ts';
import { predict, usualQuote } from '../../core/prediction.ts';
import type { Store } from '../../core/store.ts';
import { fakeClock, sampleDraft } from '../support/jobs.ts';
import { checkLedger, runHistory } from '../support/ledger-histories.ts';
import { seeded } from '../support/seeded.ts';
import { load, quantile, say } from './figures.ts';

const open = (url: string | undefined): Promise<Database> => (url ? openPostgres(url) : openPglite(null));
const limit = { clips: 1e9, scope: 'personal' } as const;
const caps = { perPerson: 1e9, perPlace: 1e9 };

/** Rows of waiting jobs and their flows, written at once. */
const fill = async (database: Database, name: string, jobs: number, places: number, people: number): Promise<void> => {
  await database.query(
    `INSERT INTO stillmotion.job (id, request_key, state, channel, place, room, user_id, user_name, locale, address, request, photo, max_clip_bytes, created_at_ms, touched_at_ms)
     SELECT $1 || n, $1 || n, 'waiting', 'web', $1 || 'p' || n % $3, '', $1 || 'u' || n % $4, 'x', 'en', '{}', '{"engine":"motion"}', 'null', 1, n, n FROM generate_series(1, $2) n`,
    [name, jobs, places, people],
  );
  await database.query(
    `INSERT INTO stillmotion.line_person (place, user_id, waiting, work_ms) SELECT place, user_id, count(*), sum(predicted_ms) FROM stillmotion.job
     WHERE state = 'waiting' AND id LIKE $1 || '%' GROUP BY place, user_id`,
    [name],
  );
  await database.query(
    `INSERT INTO stillmotion.line_place (place, waiting, work_ms) SELECT place, sum(waiting), sum(work_ms) FROM stillmotion.line_person WHERE place LIKE $1 || '%' GROUP BY place`,
    [name],
  );
};

/** Empties the line, so that one database serves several measurements. */
const clear = async (database: Database): Promise<void> => {
  await database.query('TRUNCATE stillmotion.job_event, stillmotion.send, stillmotion.job, stillmotion.line_place, stillmotion.line_person');
  await database.query('UPDATE stillmotion.line_clock SET virtual_ms = 0');
};

const WAITING = 100_000;
/** Many short rounds in turns: whatever else the machine does meets both lines alike. */
const ROUND = 25;
const ROUNDS = 32;

/** Turns taken per second from a line of 100,000 and from an all but empty one, in alternation. */
const turns = async (url: string | undefined): Promise<void> => {
  for (const [name, places, people] of [
    ['200 places, 2,000 people', 200, 2_000],
    ['one person in one place', 1, 1],
  ] as const) {
    // Both lines cannot live in one database, so on a server each has one beside the one that is named.
    const long = await open(url && `${url}_long`);
    const short = await open(url && `${url}_short`);
    for (const database of [long, short]) await clear(database);
    await fill(long, 'long', WAITING, places, people);
    // What a server does by itself some time after so many rows came; it must not fall into the measurement.
    await long.query('VACUUM ANALYZE stillmotion.job');
    if (url) await long.query('CHECKPOINT');
    await measure(name, long, short);
    await long.close();
    await short.close();
  }
};

const measure = async (name: string, long: Database, short: Database): Promise<void> => {
  const clock = fakeClock();
  const spent = { long: [] as number[], short: [] as number[] };
  const stores = { long: createStore(long, clock), short: createStore(short, clock) };
  let tickets = 0;
  const take = async (store: Store, count: number): Promise<number> => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; i++) {
      clock.advance(10);
      if (!(await store.jobs.claimNext(`ticket${++tickets}`))) throw new Error('nobody waits');
    }
    return Number(process.hrtime.bigint() - start) / 1e6 / count;
  };
  for (let round = 0; round <= ROUNDS; round++) {
    await fill(short, `short${round}x`, ROUND, 10, 20);
    const [a, b] = round % 2 === 0 ? (['long', 'short'] as const) : (['short', 'long'] as const);
    const times = { [a]: await take(stores[a], ROUND), [b]: await take(stores[b], ROUND) };
    // The first round warms up.
    if (round > 0) for (const key of ['long', 'short'] as const) spent[key].push(times[key] ?? 0);
  }
  const median = (list: readonly number[]): number => [...list].sort((x, y) => x - y)[Math.floor(list.length / 2)] ?? 0;
  const ratios = spent.long.map((longMs, round) => (spent.short[round] ?? 0) / longMs);
  say(
    `turns, ${name}: ${median(spent.long).toFixed(2)} ms each with ${WAITING} waiting, ${median(spent.short).toFixed(2)} ms with ${ROUND}; throughput ${median(ratios).toFixed(2)} of the short line, most rounds ${quantile(ratios, 0.25).toFixed(2)} to ${quantile(ratios, 0.75).toFixed(2)} (medians and quartiles of ${ROUNDS} alternating rounds of ${ROUND}; ${load()})`,
  );
};

/** A simulated load on the real store: what everybody was told, held against what happened. */
const promises = async (url: string | undefined): Promise<void> => {
  const database = await open(url);
  const clock = fakeClock();
  const store = createStore(database, clock);
  const random = seeded(11);
  let running: { id: string; attempt: number; endsMs: number } | null = null;
  let arrivalMs = clock.nowMs();
  const clips = 600;
  for (let asked = 0; asked < clips || running; ) {
    const arrives: boolean = asked < clips && (!running || arrivalMs <= running.endsMs);
    clock.advance((arrives ? arrivalMs : (running?.endsMs ?? 0)) - clock.nowMs());
    if (arrives) {
      const nominalMs = random.pick([5_000, 10_000, 10_000, 20_000, 60_000]);
      const predictedMs = predict('motion', 8, nominalMs, await store.predictions.rates()).ms;
      const quote = { ...usualQuote, nominalMs, predictedMs };
      await store.jobs.accept(sampleDraft(`u${random.below(20)}`, `p${random.below(5)}`, { quote }), limit, caps);
      asked += 1;
      arrivalMs += Math.ceil(random.wait(asked % 200 < 60 ? 22_000 : 75_000));
    } else if (running) {
      await store.jobs.finish(running.id, running.attempt, {
        state: 'done',
        clip: { key: 'c', thumbnailKey: 't', format: 'mp4', bytes: 1, widthPx: 2, heightPx: 2, seconds: 1, fps: 12, frameCount: 12 },
        notes: [],
      });
      running = null;
    }
    const next: Job | null = running ? null : await store.jobs.claimNext(`t${asked}`);
    if (next) {
      const [row]: readonly { nominal_ms: number }[] = await database.query<{ nominal_ms: number }>('SELECT nominal_ms FROM stillmotion.job WHERE id = $1', [
        next.id,
      ]);
      running = { id: next.id, attempt: next.attempt, endsMs: clock.nowMs() + Math.ceil((row?.nominal_ms ?? 0) * 1.7 * Math.exp(0.2 * random.normal())) };
    }
  }
  const { inside, total } = await store.predictions.calibration();
  say(`promises: ${inside} of ${total} clips were ready within the interval told when they were asked for (${((100 * inside) / total).toFixed(1)} %)`);
  await database.close();
};

/** A thousand seeded histories with crashes, compared after every step. */
const histories = async (url: string | undefined): Promise<void> => {
  const database = await open(url);
  const clock = fakeClock();
  const startMs = Date.now();
  let [steps, crashes] = [0, 0];
  for (let seed = 1; seed <= 1_000; seed++) {
    const one = await runHistory(database, clock, seed, 12);
    steps += one.steps;
    crashes += one.crashes;
    if (seed % 100 === 0) await checkLedger(database);
  }
  const { entries, lines } = await checkLedger(database);
  say(
    `histories: 1000 with ${steps} steps and ${crashes} crashes agree; ${entries} entries, ${lines} lines, sum 0, in ${Math.round((Date.now() - startMs) / 1000)} s`,
  );
  await database.close();
};

const [, ...words] = process.argv.slice(2);
const url = words.find((word) => word.startsWith('postgres'));
for (const [name, run] of Object.entries({ turns, promises, histories })) {
  if (words.includes(name) || words.filter((word) => word !== url).length === 0) await run(url);
}
