/** `node --import tsx test/gpu/denoisers.ts [--tiny]`: a denoising step of ours against PyTorch's on the same graphics card, and how far the two differ. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { chooseProviders, inspectMachine } from '../../worker/onnx/providers.ts';
import { builtProviders, openSession } from '../../worker/onnx/session.ts';
import type { Tensor } from '../../worker/tensor/tensor.ts';

const ROUNDS = 5;
const STEPS = 3;
/** How far predictions may differ, relative to the largest value: arithmetic in half precision, or in full where it is tiny. */
const TOLERANCE = { full: 2e-2, tiny: 1e-4 } as const;

const { values } = parseArgs({ options: { tiny: { type: 'boolean', default: false }, python: { type: 'string' } } });
const python = values.python ?? join(import.meta.dirname, '../../worker/export/.venv/bin/python');
const program = join(import.meta.dirname, 'denoisers.py');
const flags = values.tiny ? ['--tiny'] : [];

const portsSchema = z.record(z.string(), z.object({ dtype: z.enum(['float32', 'int64']), dims: z.array(z.int()) }));
const readySchema = z.object({ ready: z.literal(true), device: z.string() });
const stepSchema = z.object({ stepS: z.number() });

const floats = async (path: string): Promise<ArrayBuffer> => {
  const { buffer, byteOffset, byteLength } = await readFile(path);
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
};

const readInputs = async (home: string): Promise<Record<string, Tensor>> => {
  const ports = portsSchema.parse(JSON.parse(await readFile(join(home, 'inputs.json'), 'utf8')));
  const read = async ([port, { dtype, dims }]: [string, { dtype: string; dims: number[] }]): Promise<[string, Tensor]> => {
    const bytes = await floats(join(home, `${port}.bin`));
    return [port, { data: dtype === 'float32' ? new Float32Array(bytes) : new BigInt64Array(bytes), dims }];
  };
  return Object.fromEntries(await Promise.all(Object.entries(ports).map(read)));
};

/** PyTorch in a process of its own. */
const openReference = async (folder: string, name: string) => {
  const child = spawn(python, [program, 'run', folder, name, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('PyTorch’s side ended early');
    return JSON.parse(value);
  };
  const { device } = readySchema.parse(await next());
  return {
    device,
    async step(): Promise<number> {
      child.stdin.write(`${STEPS}\n`);
      return stepSchema.parse(await next()).stepS;
    },
    close: () => child.stdin.end(),
  };
};

const middle = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] as number;

/** The largest difference, as a share of the largest value. */
const difference = (ours: Float32Array, theirs: Float32Array): number => {
  let most = 0;
  let scale = 0;
  for (let i = 0; i < theirs.length; i++) {
    most = Math.max(most, Math.abs((ours[i] as number) - (theirs[i] as number)));
    scale = Math.max(scale, Math.abs(theirs[i] as number));
  }
  return ours.length === theirs.length && Number.isFinite(most) && ours.every(Number.isFinite) ? most / scale : Number.POSITIVE_INFINITY;
};

const compare = async (folder: string, name: string, providers: readonly string[]): Promise<{ row: string; isWithin: boolean }> => {
  const built = spawnSync(python, [program, 'build', folder, name, ...flags], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (built.status !== 0) throw new Error(`${name} could not be built`);
  const home = join(folder, name);
  const inputs = await readInputs(home);
  const log = { debug() {}, info() {}, warn: (...words: unknown[]) => console.error(...words), error() {}, child: () => log };
  const session = await openSession(join(home, 'denoiser.onnx'), { providers, threads: 0, log });
  const reference = await openReference(folder, name);
  const times: { ours: number; theirs: number }[] = [];
  let ours = new Float32Array();
  // the first round of both warms up and does not count
  for (let round = 0; round <= ROUNDS; round++) {
    const startMs = performance.now();
    for (let step = 0; step < STEPS; step++) ours = new Float32Array((await session.run(inputs)).float('noise_pred').data);
    const stepS = (performance.now() - startMs) / 1000 / STEPS;
    const theirs = await reference.step();
    if (round > 0) times.push({ ours: stepS, theirs });
  }
  reference.close();
  await session.dispose();
  const apart = difference(ours, new Float32Array(await floats(join(home, 'reference.bin'))));
  const [oursS, theirsS] = [middle(times.map((time) => time.ours)), middle(times.map((time) => time.theirs))];
  const limit = values.tiny ? TOLERANCE.tiny : TOLERANCE.full;
  const cells = [
    name,
    reference.device,
    providers[0],
    `${oursS.toFixed(3)} s`,
    `${theirsS.toFixed(3)} s`,
    (oursS / theirsS).toFixed(2),
    apart.toExponential(1),
  ];
  return { row: `| ${cells.join(' | ')} |`, isWithin: apart <= limit };
};

const main = async (): Promise<number> => {
  if (!existsSync(python)) {
    console.error(`${python} is missing. Run npm run export once, or name a Python with torch and diffusers: --python PATH`);
    return 1;
  }
  const machine = await inspectMachine(builtProviders());
  const { providers, reasons } = values.tiny ? { providers: ['cpu'], reasons: ['tiny, on the CPU'] } : chooseProviders(['cuda'], machine);
  console.log(reasons.join('; '));
  if (!values.tiny && providers[0] !== 'cuda') {
    console.error('This comparison needs an NVIDIA graphics card with CUDA. With --tiny it proves its plumbing on the CPU.');
    return 1;
  }
  const folder = await mkdtemp(join(tmpdir(), 'stillmotion-gpu-'));
  try {
    const rows: string[] = [];
    let isWithin = true;
    for (const name of ['svd', 'ltx']) {
      const compared = await compare(folder, name, providers);
      rows.push(compared.row);
      isWithin &&= compared.isWithin;
    }
    console.log('\n| network | device | ours on | ours, per step | PyTorch, per step | ratio | difference |\n|---|---|---|---|---|---|---|');
    for (const row of rows) console.log(row);
    return isWithin ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

process.exitCode = await main();
