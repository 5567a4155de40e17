/** `npm run doctor`: looks at everything Stillmotion needs on this machine and says in words how to fix what is missing. */
import { access, constants, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { discoverEngines } from '../config/engines.ts';
import { type Config, loadConfig } from '../config/index.ts';
import type { EngineManifest } from '../core/engine.ts';
import { asAppError, noteText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { broken, type Finding, off, ok } from './finding.ts';
import { encodeClip } from './media/encode.ts';
import { findFfmpeg } from './media/ffmpeg.ts';
import { checkProviders, memoryVerdict } from './model-checks.ts';
import { type FreeMemory, freeMemory } from './onnx/memory-gate.ts';
import { readBundleManifest } from './onnx/pipeline-bundle.ts';
import { chooseProviders, inspectMachine } from './onnx/providers.ts';
import { builtProviders } from './onnx/session.ts';
import { createResidency } from './residency.ts';
import { createPhotoInspector } from './vision/photo.ts';

const REACH_MS = 5000;
const OLDEST_NODE = [20, 18] as const;
/** A white square of 32 × 32 pixels. */
const PHOTO = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAACAAAAAgAQAAAABbAUdZAAAAEUlEQVR4nGP4////f4bBSwAA2ul/gcnt+VkAAAAASUVORK5CYII=', 'base64');

const reason = (error: unknown): string => {
  const known = asAppError(error);
  return known.code === 'INTERNAL' ? (error instanceof Error ? error.message || error.name : String(error)) : noteText(known.toNote());
};

const checkNode = (): Finding => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return enough ? ok(`Node ${process.version}`) : broken(`Node ${process.version}`, `Install Node ${OLDEST_NODE.join('.')} or newer.`);
};

/** The proof of an encoder is a clip: two grey frames in both formats. */
const checkFfmpeg = async ({ ffmpegPath }: Config): Promise<Finding> => {
  const directory = await mkdtemp(join(tmpdir(), 'stillmotion-doctor-'));
  try {
    const { path, version, source } = await findFfmpeg(ffmpegPath);
    for (const format of ['mp4', 'gif'] as const) {
      const frames = [1, 2].map(() => new Uint8Array(64 * 64 * 1.5).fill(128));
      const stream = {
        widthPx: 64,
        heightPx: 64,
        fps: 8,
        frameCount: 2,
        pixelFormat: 'i420' as const,
        notes: [],
        frames: (async function* () {
          yield* frames;
        })(),
      };
      await encodeClip(stream, { format, maxBytes: 1e6, directory, ffmpegPath });
    }
    return ok(`ffmpeg ${version} from ${source} (${path}): H.264 and GIF work`);
  } catch (error) {
    return broken(`ffmpeg: ${reason(error)}`, 'Install ffmpeg with libx264 (Debian: apt-get install ffmpeg) or set FFMPEG_PATH.');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const checkPhotos = async (): Promise<Finding> => {
  try {
    const { type } = await createPhotoInspector().inspect(PHOTO);
    return ok(`sharp reads photos (${type})`);
  } catch (error) {
    return broken(`sharp: ${reason(error)}`, 'Delete node_modules and run npm install on this machine; sharp brings a binary per platform.');
  }
};

/** Keeps what is warned about, with the reason where there is one. */
const createListener = (): { readonly log: Logger; readonly warnings: string[] } => {
  const warnings: string[] = [];
  const log: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (fields: object | string, text = '') => {
      const of = (name: string): string => (typeof fields === 'object' && name in fields ? String((fields as Record<string, unknown>)[name]) : '');
      warnings.push([of('folder'), text, of('reason')].filter(Boolean).join(': '));
    },
    error: () => undefined,
    child: () => log,
  };
  return { log, warnings };
};

/** Loads the engine as a clip would: files, checksums, graphs, execution providers, and whether a usual clip fits into memory. */
const checkEngine = async (
  manifest: EngineManifest,
  { modelsDir, executionProviders: providers, threads }: Config,
  free: FreeMemory | null,
): Promise<Finding> => {
  const { log, warnings } = createListener();
  const { id, version, embedded, files } = manifest;
  const residency = createResidency({ manifests: [manifest], modelsDir, providers, threads }, log);
  try {
    await (await residency.engine(id)).load();
    if (warnings.length > 0)
      return broken(`engine ${id}: ${warnings[0]}`, `Set EXECUTION_PROVIDERS to what this machine has; now it is ${providers.join(',')}.`);
    const intact = `engine ${id} ${version}: ${files.length} files intact`;
    if (embedded) return ok(`${intact}, loads`);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const { fits, text } = memoryVerdict(manifest.title, await readBundleManifest(join(modelsDir, manifest.folder), id), free);
    const words = `${intact}, ${(bytes / 1e9).toFixed(2)} GB; memory: ${text}`;
    return fits ? ok(words) : broken(words, `Use a machine or a graphics card with more memory, or remove the model: npm run models -- remove ${id}`);
  } catch (error) {
    return broken(
      `engine ${id}: ${reason(error)}`,
      embedded
        ? 'Restore worker/models from the repository (git checkout worker/models).'
        : `Install the model into ${modelsDir} again: npm run models -- list`,
    );
  } finally {
    await residency.dispose();
  }
};

/** The providers, then every engine, then what lies among the models but cannot be used. */
async function* checkEngines(config: Config): AsyncGenerator<Finding> {
  const machine = await inspectMachine(builtProviders());
  yield checkProviders(config.executionProviders, machine);
  const free = await freeMemory(chooseProviders(config.executionProviders, machine).providers);
  const { log, warnings } = createListener();
  const manifests = await discoverEngines(config.modelsDir, log);
  for (const manifest of manifests) yield await checkEngine(manifest, config, free);
  for (const warning of warnings) yield broken(`model ${warning}`, 'Install it again, or delete its folder: npm run models -- list');
}

const checkDataDir = async ({ dataDir }: Config): Promise<Finding> => {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
    return ok(`data folder ${dataDir} is writable`);
  } catch (error) {
    return broken(`data folder ${dataDir}: ${reason(error)}`, 'Make it writable for this user, or set DATA_DIR.');
  }
};

const checkPostgres = async ({ databaseUrl }: Config): Promise<Finding> => {
  if (!databaseUrl) return off('PostgreSQL: not set, the embedded database is used');
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: REACH_MS });
  try {
    await client.connect();
    await client.query('select 1');
    return ok('PostgreSQL answers');
  } catch (error) {
    return broken(`PostgreSQL: ${reason(error)}`, 'Start it, or correct DATABASE_URL and DATABASE_PASSWORD.');
  } finally {
    await client.end().catch(() => undefined);
  }
};

const checkRedis = async ({ redisUrl }: Config): Promise<Finding> => {
  if (!redisUrl) return off('Redis: not set, the queue lives in the database');
  const redis = new Redis(redisUrl, { lazyConnect: true, connectTimeout: REACH_MS, maxRetriesPerRequest: 0, retryStrategy: () => null });
  let problem: unknown;
  redis.on('error', (error) => {
    problem = error;
  });
  try {
    await redis.connect();
    await redis.ping();
    return ok('Redis answers');
  } catch (error) {
    return broken(`Redis: ${reason(problem ?? error)}`, 'Start it, or correct REDIS_URL.');
  } finally {
    redis.disconnect();
  }
};

const checkToken = (name: string, variable: string, token: string | null): Finding =>
  token ? ok(`${name} token is set`) : off(`${name}: off, set ${variable} to switch it on`);

const marks = { ok: '✓', off: '–', broken: '✗' } as const;

/** Prints what was found as soon as it is known. @returns whether something essential is missing */
const examine = async (checks: AsyncIterable<Finding>): Promise<boolean> => {
  let failed = false;
  for await (const finding of checks) {
    process.stdout.write(`${marks[finding.state]} ${finding.text}\n`);
    if (finding.state !== 'broken') continue;
    failed = true;
    process.stdout.write(`  → ${finding.fix}\n`);
  }
  return failed;
};

async function* allChecks(): AsyncGenerator<Finding> {
  yield checkNode();
  let config: Config;
  try {
    config = loadConfig();
  } catch (error) {
    yield broken(reason(error), 'Correct these variables and run npm run doctor again.');
    return;
  }
  yield await checkDataDir(config);
  yield await checkFfmpeg(config);
  yield await checkPhotos();
  yield* checkEngines(config);
  yield await checkPostgres(config);
  yield await checkRedis(config);
  yield checkToken('Discord', 'DISCORD_TOKEN', config.discord.token);
  yield checkToken('Telegram', 'TELEGRAM_TOKEN', config.telegram.token);
}

process.exitCode = (await examine(allChecks())) ? 1 : 0;
