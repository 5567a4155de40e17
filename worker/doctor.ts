/** `npm run doctor`: looks at everything Stillmotion needs on this machine and says in words how to fix what is missing. */
import { access, constants, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { manifests } from '../config/engines.ts';
import { type Config, loadConfig } from '../config/index.ts';
import type { EngineManifest } from '../core/engine.ts';
import { asAppError, noteText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { encodeClip } from './media/encode.ts';
import { findFfmpeg } from './media/ffmpeg.ts';
import { createResidency } from './residency.ts';
import { createPhotoInspector } from './vision/photo.ts';

/** What one check found. `off` is not a problem: a part that nobody has switched on. */
type Finding = { readonly state: 'ok' | 'off'; readonly text: string } | { readonly state: 'broken'; readonly text: string; readonly fix: string };

const ok = (text: string): Finding => ({ state: 'ok', text });
const off = (text: string): Finding => ({ state: 'off', text });
const broken = (text: string, fix: string): Finding => ({ state: 'broken', text, fix });

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

/** Loads the engine as a clip would: files, checksums, and the execution providers. */
const checkEngine = async (manifest: EngineManifest, { modelsDir, executionProviders: providers, threads }: Config): Promise<Finding> => {
  const warnings: string[] = [];
  const quiet: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_fields: object | string, text?: string) => void warnings.push(text ?? ''),
    error: () => undefined,
    child: () => quiet,
  };
  const residency = createResidency({ manifests, modelsDir, providers, threads }, quiet);
  try {
    await (await residency.engine(manifest.id)).load();
    if (warnings.length > 0)
      return broken(`engine ${manifest.id}: ${warnings[0]}`, `Set EXECUTION_PROVIDERS to what this machine has; now it is ${providers.join(',')}.`);
    return ok(`engine ${manifest.id} ${manifest.version}: ${manifest.files.length} files intact, loads on ${providers.join(', ')}`);
  } catch (error) {
    return broken(
      `engine ${manifest.id}: ${reason(error)}`,
      manifest.embedded ? 'Restore worker/models from the repository (git checkout worker/models).' : `Install the model into ${modelsDir}.`,
    );
  } finally {
    await residency.dispose();
  }
};

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
    return broken(`PostgreSQL: ${reason(error)}`, 'Start it, or correct DATABASE_URL.');
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
  for (const manifest of manifests) yield await checkEngine(manifest, config);
  yield await checkPostgres(config);
  yield await checkRedis(config);
  yield checkToken('Discord', 'DISCORD_TOKEN', config.discord.token);
  yield checkToken('Telegram', 'TELEGRAM_TOKEN', config.telegram.token);
}

process.exitCode = (await examine(allChecks())) ? 1 : 0;
