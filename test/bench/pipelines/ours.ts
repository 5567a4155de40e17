/** The bundle's denoiser in a step loop, through the product's own session, on one thread: answers as reference.py does. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Logger } from '../../../core/logger.ts';
import { openSession } from '../../../worker/onnx/session.ts';
import type { Tensor } from '../../../worker/tensor/tensor.ts';

/** Both sides change the latents by this much of the prediction. */
const STEP = -0.25;

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const specSchema = z.object({
  network: z.string(),
  ports: z.record(z.string(), z.object({ dtype: z.enum(['float32', 'int64']), dims: z.array(z.int()) })),
});

const [folder = '', name = ''] = process.argv.slice(2);
const home = join(folder, name);
const spec = specSchema.parse(JSON.parse(await readFile(join(home, 'inputs.json'), 'utf8')));

const given: Record<string, Tensor> = {};
for (const [port, { dtype, dims }] of Object.entries(spec.ports)) {
  const { buffer, byteOffset, byteLength } = await readFile(join(home, `${port}.bin`));
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
  given[port] = { data: dtype === 'float32' ? new Float32Array(bytes) : new BigInt64Array(bytes), dims };
}
const moving = given.sample ? 'sample' : 'hidden_states';
const initial = given[moving];
if (!(initial?.data instanceof Float32Array)) throw new Error(`${home}: the latents are missing`);

/** Adds the step to the latents; SVD's hold the picture's channels behind those that are predicted. */
const advance = (latents: Float32Array, dims: readonly number[], prediction: Float32Array): void => {
  const isSvd = moving === 'sample';
  const [, , channels = 1, height = 1, width = 1] = dims;
  const run = isSvd ? (channels / 2) * height * width : prediction.length;
  const stride = isSvd ? channels * height * width : run;
  for (let block = 0; block * run < prediction.length; block++) {
    for (let i = 0; i < run; i++) {
      const at = block * stride + i;
      latents[at] = (latents[at] as number) + STEP * (prediction[block * run + i] as number);
    }
  }
};

/** VmHWM. @source proc(5) */
const peakBytes = async (): Promise<number> => Number(/VmHWM:\s+(\d+)/.exec(await readFile('/proc/self/status', 'utf8'))?.[1]) * 1024;
const answer = (value: object): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

const session = await openSession(join(folder, spec.network, 'denoiser.onnx'), { providers: ['cpu'], threads: 1, log: silent });
answer({ ready: true, peakBytes: await peakBytes() });
for await (const line of createInterface({ input: process.stdin })) {
  const steps = Number(line);
  const latents = initial.data.slice();
  const state = { ...given, [moving]: { data: latents, dims: initial.dims } };
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
  for (let step = 0; step < steps; step++) advance(latents, initial.dims, (await session.run(state)).float('noise_pred').data);
  const { user, system } = process.cpuUsage(startCpu);
  answer({ wallS: (performance.now() - startMs) / 1000 / steps, cpuS: (user + system) / 1e6 / steps, peakBytes: await peakBytes() });
  await writeFile(join(home, 'ours.bin'), latents);
}
await session.dispose();
