/** A program for a process of its own: runs one graph once and prints by how many bytes the run raised the peak of memory. */
import { readFileSync } from 'node:fs';
import { openPipelineBundle } from '../../worker/onnx/pipeline-bundle.ts';
import { openSession } from '../../worker/onnx/session.ts';
import { tensor } from '../../worker/tensor/tensor.ts';

const status = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
const [folder = '', graph = '', sides = '{}'] = process.argv.slice(2);
const named = JSON.parse(sides) as Record<string, number>;

const { manifest, path } = await openPipelineBundle(folder, 'measured');
const component = manifest.components[graph];
if (!component) throw new Error(`there is no ${graph}`);
const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const session = await openSession(path(component.file), { providers: ['cpu'], threads: 1, log });
const inputs = Object.fromEntries(
  component.inputs.map(({ name, dims }) => {
    const lengths = dims.map((side) => (typeof side === 'number' ? side : (named[side] ?? Number.NaN)));
    return [name, tensor(new Float32Array(lengths.reduce((a, b) => a * b, 1)).fill(0.5), lengths)];
  }),
);
const before = status('VmRSS');
await session.run(inputs);
process.stdout.write(String(status('VmHWM') - before));
