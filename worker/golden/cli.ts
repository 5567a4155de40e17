/** `npm run golden`: runs recorded calls of the reference pipelines from their seeds and says how far every stage is from them. */
import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { engineOf } from '../../config/engines.ts';
import { loadConfig } from '../../config/index.ts';
import { AppError, asAppError, noteText } from '../../core/errors.ts';
import { createLogger } from '../../core/infra/pino-logger.ts';
import { openPipelineBundle } from '../onnx/pipeline-bundle.ts';
import { machineProviders } from '../residency.ts';
import { readCase, requireFolder } from './case.ts';
import type { StageReport } from './compare.ts';
import { type Replayed, replayCase, writeResult } from './replay-case.ts';

const help = `Runs a recorded call of a reference pipeline from its seed and compares every stage with what was recorded.

  npm run golden -- --bundle DIR --case DIR [--trace DIR] [--out DIR]
  npm run golden -- --bundles DIR --cases DIR [--table FILE]

  --bundle DIR    An exported model (npm run export)
  --case DIR      case.json, input images, tensors.safetensors or tensors_lite.safetensors, frames/
  --trace DIR     Write every stage's tensors there as .npy
  --out DIR       Where frames.npy and latents.npy go; otherwise the trace's folder, otherwise data/golden/<case>
  --bundles DIR   Every bundle of this folder, with the case of the same name in --cases (NAME or NAME/case)
  --table FILE    Write the largest error of every stage as JSON, for the README

Exit status: 0 all stages within tolerance, 1 above it, 2 the call cannot be run.`;

interface Pair {
  readonly name: string;
  readonly bundle: string;
  readonly recorded: string;
}

const exists = (folder: string): Promise<boolean> =>
  readdir(folder).then(
    () => true,
    () => false,
  );

/** Bundles and the cases that go with them, by name. */
const pairs = async (bundles: string, cases: string): Promise<Pair[]> => {
  const found: Pair[] = [];
  for (const name of (await readdir(bundles)).sort()) {
    const inside = join(cases, name, 'case');
    const recorded = (await exists(inside)) ? inside : join(cases, name);
    if (await exists(recorded)) found.push({ name, bundle: join(bundles, name), recorded });
  }
  if (found.length === 0) throw new AppError('REQUEST_MALFORMED', { problem: `no bundle in ${bundles} has a case of its name in ${cases}` });
  return found;
};

const exponent = (value: number): string => (value === 0 ? '0' : value.toExponential(1));

const row = ({ stage, compared, maxError, meanError, tolerance, problem, passed }: StageReport): string =>
  [
    passed ? ' ok ' : 'FAIL',
    stage.padEnd(58),
    String(compared).padStart(4),
    exponent(maxError).padStart(9),
    exponent(meanError).padStart(9),
    exponent(tolerance).padStart(9),
    problem ?? '',
  ].join('  ');

const print = (name: string, { stages, missing, frames }: Replayed, milliseconds: number): void => {
  const lines = [
    `${name}: ${frames.dims.slice(0, 3).join(' × ')} (frames × height × width) in ${(milliseconds / 1000).toFixed(1)} s`,
    `      ${'stage'.padEnd(58)}     n  max error       mean  allowed`,
    ...stages.map(row),
    ...(missing.length === 0 ? [] : [`      not computed here: ${missing.join(', ')}`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
};

const runPair = async ({ name, bundle, recorded }: Pair, trace: string | undefined, out: string | undefined): Promise<Replayed> => {
  await requireFolder(bundle);
  const config = loadConfig();
  const test = await readCase(recorded);
  const { manifest } = await openPipelineBundle(bundle, basename(bundle));
  const startedAtMs = performance.now();
  const replayed = await replayCase(test, {
    manifest: engineOf(manifest, 'golden'),
    folder: bundle,
    providers: (await machineProviders(config.executionProviders)).providers,
    threads: config.threads,
    log: createLogger(config.logLevel),
    signal: new AbortController().signal,
    traceDir: trace ?? null,
  });
  const folder = out ?? trace ?? join('data', 'golden', name);
  await writeResult(folder, replayed);
  print(name, replayed, performance.now() - startedAtMs);
  process.stdout.write(`${replayed.passed ? 'within tolerance' : 'NOT within tolerance'} · frames.npy and latents.npy in ${folder}\n\n`);
  return replayed;
};

const run = async (argv: string[]): Promise<number> => {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: argv,
    options: { bundle: text, case: text, bundles: text, cases: text, trace: text, out: text, table: text, help: { type: 'boolean', short: 'h' } },
  });
  const { bundle, case: recorded, bundles, cases } = values;
  if (values.help || !((bundle && recorded) || (bundles && cases))) {
    process.stdout.write(`${help}\n`);
    return values.help ? 0 : 2;
  }
  const todo =
    bundles && cases ? await pairs(bundles, cases) : [{ name: (await readCase(recorded ?? '')).name, bundle: bundle ?? '', recorded: recorded ?? '' }];
  const table: Record<string, Record<string, number>> = {};
  let passed = true;
  for (const pair of todo) {
    const replayed = await runPair(pair, values.trace, values.out);
    passed &&= replayed.passed;
    table[pair.name] = Object.fromEntries(replayed.stages.map(({ stage, maxError }) => [stage, maxError]));
  }
  if (values.table) await writeFile(values.table, `${JSON.stringify(table, null, 2)}\n`);
  return passed ? 0 : 1;
};

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (thrown) {
  const error = asAppError(thrown);
  process.stderr.write(`${error.code === 'INTERNAL' && thrown instanceof Error ? (thrown.stack ?? thrown.message) : noteText(error.toNote())}\n`);
  process.exitCode = 2;
}
