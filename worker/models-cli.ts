/** `npm run models -- list|pull|verify|remove`: brings published models to this machine and says what to do with them. */
import { cpus } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type PublishedModel, plannedModel, publishedModels } from '../config/catalogue.ts';
import { ENGINE_ID, manifests } from '../config/engines.ts';
import { type Config, loadConfig } from '../config/index.ts';
import { AppError, asAppError, noteText } from '../core/errors.ts';
import { progressBar } from '../core/render.ts';
import { memoryVerdict } from './model-checks.ts';
import { checkpointFolder, type InstalledModel, installedModels, pullBundle, pullCheckpoint, removeModel, verifyModel } from './onnx/fetch-models.ts';
import { createHubClient } from './onnx/hub-client.ts';
import { freeMemory } from './onnx/memory-gate.ts';
import { type ClipShape, leastMemory } from './onnx/memory-plan.ts';
import { readBundleManifest } from './onnx/pipeline-bundle.ts';
import { machineProviders } from './residency.ts';

const HELP = `npm run models -- list                what there is, what is here, and what it needs
npm run models -- pull ID [--full]      download a published model, then export it as it says
npm run models -- pull URL [--as ID]    download a ready bundle by the address of its manifest.json
npm run models -- verify [ID]           read every file again and compare it with its checksum
npm run models -- remove ID             delete what is here under this name`;

const EXIT = { failed: 1, badInput: 2, interrupted: 130 } as const;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e9 ? 2 : 1)} GB`;
const shownPath = (path: string): string => relative(process.cwd(), path) || '.';

/** Half precision: two bytes for each number. */
const estimatedBytes = ({ parameters }: PublishedModel): number => Object.values(parameters).reduce((sum, millions) => sum + millions * 2e6, 0);
const clipWords = ({ widthPx, heightPx, frameCount }: ClipShape): string => `${widthPx}×${heightPx}, ${frameCount} frames`;

/** What the published model needs on a graphics card, and on the CPU, which computes in full precision. */
const estimatedNeed = (published: PublishedModel): string => {
  const [gpu, cpu] = (['gpu', 'cpu'] as const).map((device) => gb(leastMemory(plannedModel(published), published.clip, device)));
  return `at least ${gpu} on a GPU or ${cpu} on the CPU for ${clipWords(published.clip)}`;
};

/** The card computes in half precision; the CPU computes in full, and half is only how weights are stored. */
const exportCommand = (id: string, { modelsDir }: Config, providers: readonly string[]): string => {
  const licence = publishedModels.find((published) => published.id === id)?.licence ?? 'unknown';
  const precision = providers[0] === 'cpu' ? '--halves' : '--dtype fp16';
  return `npm run export -- ${shownPath(checkpointFolder(modelsDir, id))} ${shownPath(join(modelsDir, id))} ${precision} --licence "${licence}"`;
};

const list = async (config: Config): Promise<void> => {
  const installed = await installedModels(config.modelsDir);
  const { providers, reasons } = await machineProviders(config.executionProviders);
  say(`Models in ${config.modelsDir}; ${reasons.join('; ')}\n`);
  for (const published of publishedModels) {
    const here = installed.filter(({ id }) => id === published.id);
    const repos = published.parts.map(({ repo }) => repo).join(' + ');
    say(`${published.id.padEnd(20)} ${published.title} · ${published.licence}${published.gated ? ' · consent needed (HF_TOKEN)' : ''}`);
    say(`${''.padEnd(20)} ${repos}`);
    say(`${''.padEnd(20)} estimated: ${gb(estimatedBytes(published))} on disk in fp16, memory ${estimatedNeed(published)}`);
    if (here.length === 0) say(`${''.padEnd(20)} – not here: npm run models -- pull ${published.id}`);
    for (const model of here) await describe(model, config, providers);
  }
  for (const model of installed.filter(({ id }) => !publishedModels.some((published) => published.id === id))) {
    say(model.id);
    await describe(model, config, providers);
  }
};

/** The memory verdict of a bundle, or why it cannot be used. */
const memoryOf = async (model: InstalledModel, providers: readonly string[]): Promise<string> => {
  try {
    return `memory: ${memoryVerdict(model.id, await readBundleManifest(model.folder, model.id), await freeMemory(providers)).text}`;
  } catch (error) {
    return noteText(asAppError(error).toNote());
  }
};

const describe = async (model: InstalledModel, config: Config, providers: readonly string[]): Promise<void> => {
  const words = {
    bundle: async () => `✓ installed, ${gb(model.bytes)}; ${await memoryOf(model, providers)}`,
    checkpoint: async () => `– downloaded, ${gb(model.bytes)}; to use it: ${exportCommand(model.id, config, providers)}`,
    partial: async () => `– begun, ${gb(model.bytes)}; to go on: npm run models -- pull ${model.id}`,
  };
  say(`${''.padEnd(20)} ${await words[model.kind]()}`);
};

/** A bar that is redrawn on a terminal; elsewhere a line for every tenth. */
const createBar = (stream: NodeJS.WriteStream) => {
  let shownAtMs = 0;
  let tenth = -1;
  return (done: number, total: number): void => {
    const fraction = total === 0 ? 1 : done / total;
    if (stream.isTTY && (performance.now() - shownAtMs > 200 || done === total)) {
      shownAtMs = performance.now();
      stream.write(`\r\x1b[2K${progressBar(fraction, 24)}  ${gb(done)} of ${gb(total)}${done === total ? '\n' : ''}`);
    } else if (!stream.isTTY && Math.floor(fraction * 10) > tenth) {
      tenth = Math.floor(fraction * 10);
      stream.write(`${tenth * 10} %  ${gb(done)} of ${gb(total)}\n`);
    }
  };
};

/** @throws InputError OPTION_INVALID */
const checkedId = (id: string): string => {
  if (!ENGINE_ID.test(id) || id === 'checkpoints' || manifests.some((manifest) => manifest.id === id)) {
    throw new AppError('OPTION_INVALID', { field: 'as', got: id.slice(0, 60), allowed: '1 to 32 of a-z, 0-9 and -, not the name of a shipped engine' });
  }
  return id;
};

const sayWaiting = (pid: number): void => say(`Another process (${pid}) is at this model; waiting until it is done. Ctrl+C stops waiting.`);

const pull = async (what: string, config: Config, options: { readonly full: boolean; readonly as: string | undefined }, signal: AbortSignal): Promise<void> => {
  const client = createHubClient(config.hub);
  const connections = Math.min(8, Math.max(2, cpus().length));
  const context = { client, modelsDir: config.modelsDir, signal, onProgress: createBar(process.stderr), connections, onWait: sayWaiting };
  try {
    if (/^https?:\/\//.test(what)) {
      const folders = new URL(what).pathname.split('/').filter(Boolean);
      const id = checkedId(options.as ?? folders.at(-2) ?? '');
      say(`${await pullBundle(what, id, context)} is installed. Try it: npm run clip -- photo.jpg "words" --engine ${id}`);
      return;
    }
    const published = publishedModels.find(({ id }) => id === what);
    if (!published) throw new AppError('MODEL_UNKNOWN', { model: what.slice(0, 60), allowed: publishedModels.map(({ id }) => id).join(', ') });
    say(`${published.title}: ${published.licence}`);
    const folder = await pullCheckpoint(published, options.full, context);
    say(
      `Downloaded to ${shownPath(folder)}. One step is left:\n  ${exportCommand(published.id, config, (await machineProviders(config.executionProviders)).providers)}`,
    );
  } finally {
    await client.close();
  }
};

/** @throws InputError MODEL_UNKNOWN when nothing of this name is here */
const named = async (id: string | undefined, { modelsDir }: Config): Promise<readonly InstalledModel[]> => {
  const installed = await installedModels(modelsDir);
  const found = id === undefined ? installed : installed.filter((model) => model.id === id);
  if (id !== undefined && found.length === 0) {
    const allowed = [...new Set(installed.map((model) => model.id))].join(', ') || 'none is installed';
    throw new AppError('MODEL_UNKNOWN', { model: id.slice(0, 60), allowed });
  }
  return found;
};

/** @returns the exit code: one broken model is a failure, but the others are looked at all the same */
const verify = async (id: string | undefined, config: Config, signal: AbortSignal): Promise<number> => {
  let broken = 0;
  for (const model of await named(id, config)) {
    try {
      await verifyModel(model, signal);
      say(`✓ ${model.id} (${model.kind}): every file is what it should be`);
    } catch (error) {
      broken += 1;
      say(`✗ ${model.id} (${model.kind}): ${noteText(asAppError(error).toNote())}`);
    }
  }
  return broken > 0 ? EXIT.failed : 0;
};

const remove = async (id: string, config: Config, signal: AbortSignal): Promise<void> => {
  for (const model of await named(id, config)) {
    await removeModel(model, { modelsDir: config.modelsDir, signal, onWait: sayWaiting });
    say(`${shownPath(model.folder)} (${model.kind}) is deleted: ${gb(model.bytes)} are free again`);
  }
};

/** @returns the exit code */
const run = async (argv: readonly string[]): Promise<number> => {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  try {
    const { values, positionals } = parse(argv);
    const [command, what] = positionals;
    if (values.help || command === undefined) return say(HELP) ?? 0;
    const config = loadConfig();
    if (command === 'list') await list(config);
    else if (command === 'pull' && what !== undefined) await pull(what, config, { full: values.full ?? false, as: values.as }, interrupt.signal);
    else if (command === 'verify') return await verify(what, config, interrupt.signal);
    else if (command === 'remove' && what !== undefined) await remove(what, config, interrupt.signal);
    else throw new AppError('REQUEST_MALFORMED', { problem: `“${positionals.join(' ').slice(0, 80)}” is no command here\n${HELP}` });
    return 0;
  } catch (thrown) {
    if (interrupt.signal.aborted) return EXIT.interrupted;
    const error = asAppError(thrown);
    process.stderr.write(`${error.code === 'INTERNAL' && thrown instanceof Error ? thrown.message : noteText(error.toNote())}\n`);
    return error.name === 'InputError' ? EXIT.badInput : EXIT.failed;
  }
};

const parse = (argv: readonly string[]) => {
  try {
    const options = { full: { type: 'boolean' }, as: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch (error) {
    throw new AppError('REQUEST_MALFORMED', { problem: error instanceof Error ? error.message : String(error) });
  }
};

process.exitCode = await run(process.argv.slice(2));
