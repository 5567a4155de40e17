/** What a bundle must be before the runtime sees it: every hostile one is refused in words, the sound one runs. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AppError, noteText } from '../../core/errors.ts';
import { openPipelineBundle } from '../../worker/onnx/pipeline-bundle.ts';
import { openSession } from '../../worker/onnx/session.ts';
import { tensor } from '../../worker/tensor/tensor.ts';
import { bytes, FLOAT16, floats, initializer, message, model, node, number, port, text } from '../support/onnx-bytes.ts';

const made: string[] = [];
afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true });
});

const sealed = (file: string, content: Uint8Array) => ({ file, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') });
const float = (name: string, ...dims: (number | string)[]) => ({ name, dtype: 'float32', dims });
const unetInputs = [float('sample', 'n', 4), float('timestep', 1), float('encoder_hidden_states', 'n', 4)];

/** y = x + weights, for every graph but the denoiser, which has more inputs than it uses. */
const sum = (input: string, output: string, ...weights: readonly Uint8Array[]): Uint8Array[] => [
  port(11, input, ['n', 4]),
  port(12, output, ['n', 4]),
  node('Add', [input, 'w'], [output]),
  ...weights,
];
const good = initializer({ name: 'w', dims: [4], raw: floats(1, 2, 3, 4) });
const unetGraph = (...parts: readonly Uint8Array[]): Uint8Array =>
  model(...sum('sample', 'noise_pred', ...parts), port(11, 'timestep', [1]), port(11, 'encoder_hidden_states', ['n', 4]));
const unet = unetGraph(good);

interface Change {
  /** The denoiser's file. */
  readonly unet?: Uint8Array;
  readonly externalData?: Readonly<Record<string, Uint8Array>>;
  /** Of manifest.json, applied last. */
  // biome-ignore lint/suspicious/noExplicitAny: the tests write what no type allows
  readonly manifest?: (manifest: any) => unknown;
}

/** A bundle of the ModelScope family whose graphs add four numbers. */
const bundle = async ({ unet: denoiser = unet, externalData = {}, manifest: change = (same) => same }: Change = {}): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'stillmotion-bundle-'));
  made.push(folder);
  const graphs = {
    text_encoder: {
      content: model(...sum('input_ids', 'last_hidden_state', good)),
      inputs: [float('input_ids', 'n', 4)],
      outputs: [float('last_hidden_state', 'n', 4)],
    },
    unet: { content: denoiser, inputs: unetInputs, outputs: [float('noise_pred', 'n', 4)] },
    vae_decoder: { content: model(...sum('latents', 'sample', good)), inputs: [float('latents', 'n', 4)], outputs: [float('sample', 'n', 4)] },
  };
  const components: Record<string, unknown> = {};
  for (const [name, { content, inputs, outputs }] of Object.entries(graphs)) {
    await writeFile(join(folder, `${name}.onnx`), content);
    const beside = name === 'unet' ? Object.entries(externalData).map(([file, data]) => sealed(file, data)) : [];
    components[name] = { ...sealed(`${name}.onnx`, content), externalData: beside, dtype: 'fp32', attention: 'plain', inputs, outputs };
  }
  for (const [file, content] of Object.entries(externalData)) await writeFile(join(folder, file), content);
  const scheduler = Buffer.from('{"_class_name":"DDIMScheduler"}');
  await mkdir(join(folder, 'scheduler'));
  await writeFile(join(folder, 'scheduler/scheduler_config.json'), scheduler);
  const grid = { min: 8, max: 64, step: 8, default: 64 };
  const manifest = {
    formatVersion: 1,
    family: 'modelscope-t2v',
    source: { repo: 'a/b', revision: '1', licence: 'MIT', exporter: 'test', torch: '-', diffusers: '-', opset: 20 },
    components,
    files: [sealed('scheduler/scheduler_config.json', scheduler)],
    vae: { spatialScale: 8, temporalScale: 1, latentChannels: 4, scalingFactor: 1, posterior: 'mode' },
    text: { kind: 'clip', maxTokens: 4, padId: 0 },
    denoiser: { inChannels: 4 },
    sizes: { sidePx: grid, maxPixels: 4096, frames: { min: 2, max: 16, step: 1, default: 4 } },
    defaults: { fps: 8, steps: 4, guidance: 9 },
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(change(structuredClone(manifest))));
  return folder;
};

/** What opening it says, as a person reads it. */
const refusal = async (folder: string): Promise<{ code: string; words: string }> => {
  const error = await openPipelineBundle(folder, 'Tiny').then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`not refused in words: ${error}`);
  return { code: error.code, words: noteText(error.toNote()) };
};

const external = (location: string, more: Readonly<Record<string, string>> = {}): Uint8Array =>
  unetGraph(initializer({ name: 'w', dims: [4], external: { location, offset: '0', length: '16', ...more } }));
const data = { 'unet.onnx.data': floats(1, 2, 3, 4) };

describe('a sound bundle', () => {
  it('opens, runs, and is read once only', async () => {
    const folder = await bundle({ unet: external('unet.onnx.data'), externalData: data });
    const { path, json } = await openPipelineBundle(folder, 'Tiny');
    expect(await json('scheduler/scheduler_config.json')).toEqual({ _class_name: 'DDIMScheduler' });
    const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
    const session = await openSession(path('unet.onnx'), { providers: ['cpu'], threads: 1, log });
    const x = tensor(new Float32Array(4), [1, 4]);
    const outputs = await session.run({ sample: x, timestep: tensor(new Float32Array(1), [1]), encoder_hidden_states: x });
    expect([...outputs.float('noise_pred').data]).toEqual([1, 2, 3, 4]);
    await session.dispose();
    expect(() => path('unlisted.onnx')).toThrow(expect.objectContaining({ code: 'MODEL_MISSING' }));
    // a file that changes after it was found intact is looked at again
    await writeFile(path('unet.onnx.data'), floats(1, 2, 3, 5));
    expect((await refusal(folder)).code).toBe('MODEL_CORRUPT');
  });

  it('may hold infinities where masks and constants have them', async () => {
    const infinity = Number.POSITIVE_INFINITY;
    const parts = [
      good,
      initializer({ name: 'mask', dims: [2, 2], raw: floats(0, -infinity, 0, 0) }),
      initializer({ name: 'least', dims: [1], raw: floats(-infinity) }),
    ];
    await expect(openPipelineBundle(await bundle({ unet: unetGraph(...parts) }), 'Tiny')).resolves.toBeDefined();
  });
});

describe('a manifest', () => {
  it.each<[string, Change, string, RegExp]>([
    [
      'with a path that climbs out',
      { manifest: (m) => ({ ...m, files: [{ ...m.files[0], file: '../secret.json' }] }) },
      'MODEL_CORRUPT',
      /plain relative path/,
    ],
    ['with an absolute path', { manifest: (m) => ({ ...m, files: [{ ...m.files[0], file: '/etc/passwd' }] }) }, 'MODEL_CORRUPT', /plain relative path/],
    ['of a later format', { manifest: (m) => ({ ...m, formatVersion: 2 }) }, 'MODEL_CORRUPT', /formatVersion/],
    ['of another family than its graphs', { manifest: (m) => ({ ...m, family: 'svd' }) }, 'MODEL_REFUSED', /calls itself svd, but has no graph image_encoder/],
    ['that lacks a graph', { manifest: (m) => ({ ...m, components: { unet: m.components.unet } }) }, 'MODEL_REFUSED', /no graph text_encoder/],
    ['that leaves its text out', { manifest: ({ text: _, ...m }) => m }, 'MODEL_REFUSED', /nothing about its text/],
    ['that is no object', { manifest: () => 7 }, 'MODEL_CORRUPT', /manifest\.json/],
  ])('%s is refused', async (_, change, code, words) => {
    expect(await refusal(await bundle(change))).toEqual({ code, words: expect.stringMatching(words) });
  });

  it('that is missing or no JSON is named with its path', async () => {
    const folder = await bundle();
    await writeFile(join(folder, 'manifest.json'), '{');
    expect(await refusal(folder)).toEqual({ code: 'MODEL_CORRUPT', words: expect.stringContaining(join(folder, 'manifest.json')) });
    await rm(join(folder, 'manifest.json'));
    expect(await refusal(folder)).toEqual({ code: 'MODEL_MISSING', words: expect.stringContaining(join(folder, 'manifest.json')) });
  });
});

describe('files', () => {
  it('that are missing, short or changed are named', async () => {
    const folder = await bundle();
    await writeFile(join(folder, 'unet.onnx'), unet.subarray(0, -1));
    expect(await refusal(folder)).toEqual({ code: 'MODEL_CORRUPT', words: expect.stringMatching(/unet\.onnx: it has \d+ bytes instead of \d+/) });
    await writeFile(join(folder, 'unet.onnx'), Buffer.from(unet).fill(7, unet.length - 4));
    expect(await refusal(folder)).toEqual({ code: 'MODEL_CORRUPT', words: expect.stringMatching(/unet\.onnx: its SHA-256/) });
    await rm(join(folder, 'unet.onnx'));
    expect(await refusal(folder)).toEqual({ code: 'MODEL_MISSING', words: expect.stringContaining('unet.onnx is missing') });
  });

  it('that are links out of the folder are refused, links inside are not', async () => {
    const folder = await bundle();
    const outside = await bundle();
    await rm(join(folder, 'unet.onnx'));
    await symlink(join(outside, 'unet.onnx'), join(folder, 'unet.onnx'));
    expect(await refusal(folder)).toEqual({ code: 'MODEL_REFUSED', words: expect.stringMatching(/unet\.onnx is a link that leaves the folder/) });
    await rm(join(folder, 'unet.onnx'));
    await writeFile(join(folder, 'real.onnx'), unet);
    await symlink('real.onnx', join(folder, 'unet.onnx'));
    await expect(openPipelineBundle(folder, 'Tiny')).resolves.toBeDefined();
  });
});

const half = (...bits: readonly number[]): Uint8Array => new Uint8Array(Uint16Array.from(bits).buffer);
const nan = Number.NaN;

describe('a graph', () => {
  it.each<[string, Change, RegExp]>([
    ['that is cut off (though its checksum fits)', { unet: unet.subarray(0, unet.length - 9) }, /unet\.onnx is cut off/],
    ['that is empty of ONNX', { unet: Buffer.from('PK\x03\x04 a zip archive') }, /unet\.onnx (?:is not|is cut off)/],
    ['that is text', { unet: Buffer.from('<!doctype html><title>Login</title>') }, /unet\.onnx (?:is not|is cut off)/],
    ['without a graph', { unet: number(1, 10) }, /holds no graph/],
    ['with two graphs', { unet: Buffer.concat([unet, unet]) }, /more than one graph/],
    ['whose weights climb out of the folder', { unet: external('../../../etc/passwd') }, /“\.\.\/\.\.\/\.\.\/etc\/passwd”, which manifest\.json does not list/],
    ['whose weights are an absolute path', { unet: external('/etc/passwd') }, /“\/etc\/passwd”/],
    ['whose weights are an address in memory', { unet: external('*/_ORT_MEM_ADDR_/*') }, /_ORT_MEM_ADDR_/],
    ['whose weights lie in an unlisted file', { unet: external('other.data'), externalData: data }, /“other\.data”/],
    ['whose weights take a detour', { unet: external('x/../unet.onnx.data'), externalData: data }, /“x\/\.\.\/unet\.onnx\.data”/],
    ['whose weights begin beyond the end', { unet: external('unet.onnx.data', { offset: '4096' }), externalData: data }, /beyond the end of unet\.onnx\.data/],
    ['whose weights have a negative place', { unet: external('unet.onnx.data', { offset: '-16' }), externalData: data }, /“-16”/],
    [
      'whose weights are the same bytes over and over',
      {
        unet: unetGraph(...['w', 'b', 'c', 'd', 'e'].map((name) => initializer({ name, dims: [4], external: { location: 'unet.onnx.data' } }))),
        externalData: data,
      },
      /wants the 16 bytes of unet\.onnx\.data more than 4 times over/,
    ],
    ['whose weights have another length', { unet: external('unet.onnx.data', { length: '12' }), externalData: data }, /needs 16 bytes.*12 bytes/],
    ['that asks for absurd memory', { unet: unetGraph(initializer({ name: 'w', dims: [2 ** 30, 2 ** 30], raw: floats(1) })) }, /\(w\) that has \d+ values/],
    ['with a negative side', { unet: unetGraph(initializer({ name: 'w', dims: [-4], raw: floats(1, 2, 3, 4) })) }, /a side of -4/],
    ['with a side of 2^40', { unet: unetGraph(initializer({ name: 'w', dims: [1n << 40n], raw: floats(1) })) }, /a side of 1099511627776/],
    [
      'with more room than data',
      { unet: unetGraph(initializer({ name: 'w', dims: [5], raw: floats(1, 2, 3, 4) })) },
      /needs 20 bytes by its dimensions and has 16/,
    ],
    ['with room and no data', { unet: unetGraph(initializer({ name: 'w', dims: [5] })) }, /room for 5 values.*holds 0/],
    ['with texts for weights', { unet: unetGraph(message(5, number(1, 1), number(2, 8), text(6, 'x'), text(8, 'w'))) }, /type 8/],
    ['with a weight that is not a number', { unet: unetGraph(initializer({ name: 'w', dims: [4], raw: floats(1, nan, 3, 4) })) }, /not a number \(in w\)/],
    ['with an infinite weight', { unet: unetGraph(initializer({ name: 'w', dims: [4], raw: floats(1, 2, 1 / 0, 4) })) }, /infinite weight \(in w\)/],
    [
      'with a half that is not a number',
      { unet: unetGraph(good, initializer({ name: 'h', type: FLOAT16, dims: [3], raw: half(0x3c00, 0x7e00, 0) })) },
      /not a number \(in h\)/,
    ],
    [
      'with an infinite half',
      { unet: unetGraph(good, initializer({ name: 'h', type: FLOAT16, dims: [3], raw: half(0x3c00, 0, 0xfc00) })) },
      /infinite weight \(in h\)/,
    ],
    [
      'with NaN in a constant',
      {
        unet: unetGraph(
          good,
          message(
            1,
            text(4, 'Constant'),
            text(2, 'c'),
            message(5, text(1, 'value'), bytes(5, Buffer.concat([number(1, 1), number(2, 1), bytes(9, floats(nan))]))),
          ),
        ),
      },
      /not a number/,
    ],
    ['with operators of a stranger', { unet: unetGraph(good, node('Run', ['sample'], ['z'], 'evil.ops')) }, /operators of “evil\.ops”/],
    [
      'with a stranger inside a branch',
      { unet: unetGraph(good, message(1, text(4, 'If'), message(5, text(1, 'then_branch'), message(6, node('Run', [], ['z'], 'evil.ops'))))) },
      /“evil\.ops”/,
    ],
    [
      'with an input nobody knows',
      { unet: unetGraph(good, port(11, 'added_time_ids', ['n', 3])) },
      /an input added_time_ids, of which manifest\.json says nothing/,
    ],
    [
      'that lacks an input',
      {
        manifest: (m) => {
          m.components.unet.inputs.push({ name: 'fps', dtype: 'float32', dims: [1] });
          return m;
        },
      },
      /has no input fps/,
    ],
    [
      'with another side than promised',
      {
        manifest: (m) => {
          m.components.unet.inputs[0].dims = ['n', 5];
          return m;
        },
      },
      /an input sample of \[n,4\]; manifest\.json says \[n,5\]/,
    ],
    [
      'with another type than promised',
      {
        manifest: (m) => {
          m.components.unet.inputs[1].dtype = 'int64';
          return m;
        },
      },
      /an input timestep that is not int64/,
    ],
  ])('%s is refused before the runtime sees it', async (_, change, words) => {
    expect(await refusal(await bundle(change))).toEqual({ code: 'MODEL_REFUSED', words: expect.stringMatching(words) });
  });

  it('with lists of any length is counted, and one of too many tensors is refused', async () => {
    // half-width numbers as onnx.helper writes them: their bits, as a list of whole numbers
    const list = (count: number): Uint8Array => message(5, number(1, count), number(2, FLOAT16), text(8, 'list'), bytes(5, new Uint8Array(count).fill(1)));
    await expect(openPipelineBundle(await bundle({ unet: unetGraph(good, list(300_000)) }), 'Tiny')).resolves.toBeDefined();
    const empty = message(5, number(1, 0), number(2, 1), bytes(9, new Uint8Array(0)));
    const crowd = Buffer.concat(Array.from({ length: 100_001 }, () => empty));
    expect((await refusal(await bundle({ unet: unetGraph(good, crowd) }))).words).toMatch(/holds more than 100000 tensors/);
  });

  it('nested beyond reason, or with a number that never ends, is refused', async () => {
    let graph = node('Run', [], ['z']);
    for (let depth = 0; depth < 40; depth++) graph = message(1, text(4, 'If'), message(5, text(1, 'then_branch'), bytes(6, graph)));
    expect((await refusal(await bundle({ unet: unetGraph(good, graph) }))).words).toMatch(/nests graphs more than 16 deep/);
    expect((await refusal(await bundle({ unet: Buffer.concat([unet, Buffer.alloc(12, 0xff)]) }))).words).toMatch(/never ends/);
  });

  it('with NaN far into large external weights is found, also across the pieces it is read in', async () => {
    const values = new Float32Array(3 * 1024 * 1024).fill(0.5);
    values[values.length - 1] = nan;
    // an odd offset: no value lies where a word of the machine does
    const content = Buffer.concat([Buffer.alloc(3), new Uint8Array(values.buffer)]);
    const graph = unetGraph(good, initializer({ name: 'big', dims: [values.length], external: { location: 'unet.onnx.data', offset: '3' } }));
    expect((await refusal(await bundle({ unet: graph, externalData: { 'unet.onnx.data': content } }))).words).toMatch(/not a number \(in big\)/);
  });

  it('mangled at random is refused or harmless, and never crashes or hangs', async () => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let round = 0; round < 60; round++) {
      const mangled = Buffer.from(unet);
      for (let hit = 0; hit < 3; hit++) mangled[random(mangled.length)] = random(256);
      const folder = await bundle({ unet: mangled });
      const outcome = await openPipelineBundle(folder, 'Tiny').then(
        () => 'opened',
        (error: unknown) => (error instanceof AppError ? 'refused' : String(error)),
      );
      expect(['opened', 'refused']).toContain(outcome);
    }
  });
});
