/** `npm run test:faults -- --runs N [--seed S]`: many seeded crash schedules, and what came of them in numbers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPglite } from '../../../core/infra/database.ts';
import { openFaultWorld } from '../../support/fault-world.ts';
import { emptyTally, runSchedule, type Tally } from './schedule.ts';

/** A world remembers every message; a new one now and then keeps it small. */
const SCHEDULES_PER_WORLD = 100;

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } } });
const [runs, first] = [Number(values.runs), Number(values.seed)];
if (!(Number.isInteger(runs) && runs > 0 && Number.isInteger(first) && first >= 0)) {
  process.stderr.write('npm run test:faults -- --runs N [--seed S]\n');
  process.exit(2);
}

const template = mkdtempSync(join(tmpdir(), 'stillmotion-template-'));
await (await openPglite(template)).close();
const sum: Tally = emptyTally();
const deathsAt = new Map<string, number>();
const startedAtMs = performance.now();
let broken = 0;
try {
  for (let done = 0; done < runs; ) {
    const world = await openFaultWorld(template);
    for (const end = Math.min(runs, done + SCHEDULES_PER_WORLD); done < end; done++) {
      const seed = first + done;
      const { tally, problems, deaths } = await runSchedule(world, seed);
      for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key];
      for (const death of deaths) deathsAt.set(death, (deathsAt.get(death) ?? 0) + 1);
      if (problems.length > 0) {
        broken++;
        process.stdout.write(`seed ${seed}: ${problems.join('; ')}\n  died at ${deaths.join(', ') || 'nothing'}\n  ${world.logged.slice(-6).join('\n  ')}\n`);
      }
    }
    await world.close();
    if (process.stderr.isTTY) process.stderr.write(`\r${done}/${runs}`);
  }
} finally {
  rmSync(template, { recursive: true, force: true });
}

const collected = sum.delivered + sum.collectable;
process.stdout.write(
  `${[
    `${runs} schedules (seeds ${first} to ${first + runs - 1}) in ${((performance.now() - startedAtMs) / 1000).toFixed(0)} s, ${broken} broken`,
    `processes killed: ${sum.crashes}; most often at ${[...deathsAt]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 6)
      .map(([where, times]) => `${where} ${times}×`)
      .join(', ')}`,
    `jobs: ${sum.jobs} accepted, ${sum.done} done, ${sum.failed} failed, ${sum.canceled} canceled; ${sum.refused} requests refused`,
    `finished clips: ${sum.delivered} delivered, ${sum.collectable} collectable, together ${sum.done === 0 ? '—' : `${((100 * collected) / sum.done).toFixed(2)} %`}`,
    `duplicates: ${sum.discordDuplicates} on Discord, ${sum.telegramDuplicates} on Telegram; ${sum.sendsCutOff} sends were cut off by a death`,
    `ledger: ${broken === 0 ? 'every entry and the whole sum to 0 after every schedule' : 'see above'}`,
  ].join('\n')}\n`,
);
process.exit(broken === 0 ? 0 : 1);
