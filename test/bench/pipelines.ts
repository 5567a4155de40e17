/** `npm run bench -- pipelines [FOLDER]`: a denoising step of ours against diffusers on torch eager, alternating, one thread each. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** What is measured: short sequences for time, long ones for memory too. Targets are shares of diffusers'. */
const cases = [
  { name: 'svd', what: 'SVD-like UNet, 2×14 frames of 32×32', rounds: 3, timeTarget: 0.45 },
  { name: 'wan', what: 'Wan-like transformer, 1280 tokens', rounds: 5, timeTarget: 0.5 },
  { name: 'ltx', what: 'LTX-like transformer, 2×1024 tokens', rounds: 5, timeTarget: 0.5 },
  { name: 'wan-long', what: 'Wan-like transformer, 9216 tokens', rounds: 1, timeTarget: 0.5, memoryTarget: 0.6 },
  { name: 'ltx-long', what: 'LTX-like transformer, 9216 tokens', rounds: 1, timeTarget: 0.5, memoryTarget: 0.6 },
] as const;

const here = import.meta.dirname;
const python = join(here, '..', '..', 'worker', 'export', '.venv', 'bin', 'python');

const readySchema = z.object({ ready: z.literal(true), peakBytes: z.number() });
const runSchema = z.object({ wallS: z.number(), cpuS: z.number(), peakBytes: z.number() });
type Run = z.infer<typeof runSchema>;

/** One side in a process of its own, so that its peak of memory is its own too. */
const openSide = async (command: string, args: readonly string[]): Promise<{ run(steps: number): Promise<Run>; loadPeakBytes: number; close(): void }> => {
  const child: ChildProcessWithoutNullStreams = spawn(command, args, { env: { ...process.env, OMP_NUM_THREADS: '1', HF_HUB_OFFLINE: '1' } });
  let complaints = '';
  child.stderr.on('data', (piece) => {
    complaints = `${complaints}${piece}`.slice(-4000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ${args.join(' ')} ended early:\n${complaints}`);
    return JSON.parse(value);
  };
  const { peakBytes } = readySchema.parse(await next());
  return {
    loadPeakBytes: peakBytes,
    run: async (steps) => {
      child.stdin.write(`${steps}\n`);
      return runSchema.parse(await next());
    },
    close: () => child.stdin.end(),
  };
};

const least = (runs: readonly Run[], key: 'wallS' | 'cpuS'): number => Math.min(...runs.map((run) => run[key]));
const middle = (runs: readonly Run[], key: 'wallS' | 'cpuS'): number => {
  const sorted = runs.map((run) => run[key]).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
};

const floats = async (path: string): Promise<Float32Array> => {
  const { buffer, byteOffset, byteLength } = await readFile(path);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
};

/** Largest difference of the latents after the last run, and their largest value, which gives it a scale. */
const compare = async (home: string): Promise<{ maxAbs: number; scale: number }> => {
  const [ours, theirs] = [await floats(join(home, 'ours.bin')), await floats(join(home, 'reference.bin'))];
  if (ours.length !== theirs.length) throw new Error(`${home}: ${ours.length} values against ${theirs.length}`);
  let [maxAbs, scale] = [0, 0];
  for (const [i, value] of theirs.entries()) {
    maxAbs = Math.max(maxAbs, Math.abs(value - (ours[i] as number)));
    scale = Math.max(scale, Math.abs(value));
  }
  return { maxAbs, scale };
};

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const verdict = (ratio: number, target: number | undefined): string =>
  target === undefined ? '' : ratio <= target ? ` (target ${target}: met)` : ` (target ${target}: MISSED)`;

const measure = async (folder: string, one: (typeof cases)[number]): Promise<void> => {
  const args = [folder, one.name];
  const ours = await openSide(process.execPath, ['--import', 'tsx', join(here, 'pipelines', 'ours.ts'), ...args]);
  const theirs = await openSide(python, [join(here, 'pipelines', 'reference.py'), ...args]);
  try {
    const [oursRuns, theirRuns]: [Run[], Run[]] = [[], []];
    // the first call of either side allocates; with one round it is all there is
    if (one.rounds > 1) for (const side of [ours, theirs]) await side.run(1);
    for (let round = 0; round < one.rounds; round++) {
      oursRuns.push(await ours.run(1));
      theirRuns.push(await theirs.run(1));
    }
    const { maxAbs, scale } = await compare(join(folder, one.name));
    const [ourPeak, theirPeak] = [oursRuns.at(-1)?.peakBytes ?? 0, theirRuns.at(-1)?.peakBytes ?? 0];
    print(`\n${one.what}: ${one.rounds} rounds, load ${loadavg()[0]?.toFixed(1)}`);
    for (const [label, key] of [
      ['by the clock', 'wallS'],
      ['CPU seconds', 'cpuS'],
    ] as const) {
      const [a, b] = [middle(oursRuns, key), middle(theirRuns, key)];
      const [c, d] = [least(oursRuns, key), least(theirRuns, key)];
      print(
        `  ${label.padEnd(13)} ours ${a.toFixed(2)} s, diffusers ${b.toFixed(2)} s: ${(a / b).toFixed(2)} of it${verdict(a / b, one.timeTarget)}; least ${c.toFixed(2)} and ${d.toFixed(2)} s: ${(c / d).toFixed(2)}`,
      );
    }
    const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
    print(
      `  peak memory   ours ${mib(ourPeak)} (${mib(ours.loadPeakBytes)} once loaded), diffusers ${mib(theirPeak)} (${mib(theirs.loadPeakBytes)}): ${(ourPeak / theirPeak).toFixed(2)} of it${verdict(ourPeak / theirPeak, 'memoryTarget' in one ? one.memoryTarget : undefined)}`,
    );
    print(`  latents       differ by at most ${maxAbs.toExponential(1)} where they reach ${scale.toFixed(1)}`);
  } finally {
    ours.close();
    theirs.close();
  }
};

const [, given, ...only] = process.argv.slice(2);
if (!existsSync(python)) {
  process.stderr.write(
    'This benchmark compares with diffusers, which is not installed here. Run `npm run export -- --help` once: it installs what is needed.\n',
  );
  process.exitCode = 2;
} else {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'stillmotion-pipelines-')));
  const chosen = cases.filter(({ name }) => only.length === 0 || only.includes(name));
  try {
    print(`${cpus()[0]?.model}, ${cpus().length} cores; one thread each, runs alternate; ratios of medians, then of the least`);
    const built = spawnSync(python, [join(here, 'pipelines', 'models.py'), folder, ...chosen.map(({ name }) => name)], {
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    if (built.status !== 0) throw new Error(`the models could not be built:\n${built.stderr}`);
    for (const one of chosen) await measure(folder, one);
  } finally {
    if (given === undefined) await rm(folder, { recursive: true, force: true });
  }
}
