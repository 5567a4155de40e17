/** Starters that find the lock of a dead process, each interrupted by the others at every one of its steps: one has the folder, and only one. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { lockDirectory } from '../../core/infra/directory-lock.ts';

/** What happens before a call to the file system. */
const steps = vi.hoisted(() => ({ before: (): void => undefined }));
vi.mock('node:fs', async (load) => {
  const real = await load<typeof import('node:fs')>();
  const interrupted = ['linkSync', 'mkdirSync', 'readdirSync', 'readFileSync', 'rmSync', 'writeFileSync'] as const;
  const wrapped = interrupted.map((name) => [
    name,
    (...given: unknown[]) => {
      steps.before();
      return (real[name] as (...all: unknown[]) => unknown)(...given);
    },
  ]);
  return { ...real, ...Object.fromEntries(wrapped) };
});

/** More than a starter takes before it waits for the first time. */
const MOST_STEPS = 14;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'stillmotion-process-lock-'));
  // A process that takes the lock and ends without a word, as a killed one does.
  const lock = JSON.stringify(new URL('../../core/infra/directory-lock.ts', import.meta.url).href);
  const program = `import(${lock}).then(({ lockDirectory }) => lockDirectory(${JSON.stringify(join(root, 'dead'))})).then(() => process.exit(0))`;
  execFileSync(process.execPath, ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, '-e', program]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Starts one, which is interrupted before a step by a second one, and that one by a third. The steps until each waits or has it run at once. */
const race = (directory: string, ...interruptAt: readonly number[]): readonly Promise<() => void>[] => {
  const starters: Promise<() => void>[] = [];
  const begin = (depth: number): void => {
    const outer = steps.before;
    let step = 0;
    steps.before = () => {
      if (step++ === interruptAt[depth]) begin(depth + 1);
    };
    starters.push(lockDirectory(directory));
    steps.before = outer;
  };
  begin(0);
  return starters;
};

it('one of three has it, wherever they meet, and whoever comes later hears by whom it is held', async () => {
  expect(readdirSync(join(root, 'dead'))).toHaveLength(1);
  const races = Array.from({ length: MOST_STEPS ** 2 }, (_, index) => {
    const at = [Math.floor(index / MOST_STEPS), index % MOST_STEPS];
    const directory = join(root, at.join('-'));
    cpSync(join(root, 'dead'), directory, { recursive: true });
    return { at, directory, starters: race(directory, ...at) };
  });
  expect(races.filter(({ starters }) => starters.length === 3).length).toBeGreaterThan(20);
  const ends = await Promise.all(races.map(async (one) => ({ ...one, outcomes: await Promise.allSettled(one.starters) })));
  const holders = ends.map(({ at, directory, outcomes }) => {
    const letGo = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    return { at, directory, letGo, refused };
  });
  expect(holders.filter(({ letGo }) => letGo.length !== 1).map(({ at, letGo }) => `interrupted at ${at.join(' and ')}: ${letGo.length}`)).toEqual([]);
  for (const { directory, letGo, refused } of holders) {
    for (const reason of refused) expect(reason).toMatchObject({ code: 'DATA_DIR_IN_USE', params: { directory, pid: process.pid } });
    letGo[0]?.();
    expect(readdirSync(directory)).toEqual([]);
  }
}, 30_000);
