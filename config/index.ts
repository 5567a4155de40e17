/** The configuration: read once from the environment, checked as a whole, frozen. The only reader of process.env. */
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../core/errors.ts';
import { databaseProblem, withPassword } from './database-url.ts';
import { quietDebug } from './quiet.ts';
import { type Environment, schema } from './schema.ts';

/** Whether DEBUG was narrowed in this process: entry files import this one before the clients that read the variable. */
export const debugNarrowed = quietDebug(process.env);

const root = fileURLToPath(new URL('..', import.meta.url));
const fromRoot = (path: string): string => (isAbsolute(path) ? path : resolve(root, path));

export interface Config {
  readonly role: Environment['STILLMOTION_ROLE'];
  readonly discord: {
    readonly token: string | null;
    readonly apiUrl: string;
    readonly shards: Environment['SHARDS'];
  };
  /** Null: a worker opens no port. */
  readonly healthPort: number | null;
  readonly telegram: { readonly token: string | null; readonly apiRoot: string; readonly webhookUrl: string | null };
  readonly downloadAllow: readonly string[];
  readonly dataDir: string;
  readonly modelsDir: string;
  readonly web: { readonly host: string; readonly port: number; readonly token: string | null };
  /** With its password. */
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  /** Null: files lie in the data folder. */
  readonly s3: {
    readonly bucket: string;
    readonly endpoint: string | null;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  } | null;
  /** How long clips and photos are kept after the clip's end; null: for ever. */
  readonly keepMs: number | null;
  readonly quotaDaily: number;
  readonly quotaPlaceMax: number;
  readonly waitingCaps: { readonly perPerson: number; readonly perPlace: number };
  readonly logLevel: string;
  readonly ffmpegPath: string | null;
  /** Where published models are downloaded from. */
  readonly hub: { readonly endpoint: string; readonly token: string | null; readonly proxy: string | null; readonly noProxy: string };
  readonly executionProviders: readonly string[];
  /** 0 = every core. */
  readonly threads: number;
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host === '[::1]' || /^127\./.test(host);

/** @throws ConfigError CONFIG_INVALID naming every problem at once */
export const loadConfig = (environment: NodeJS.ProcessEnv = process.env): Config => {
  // An empty variable, as compose files write it, means the same as none.
  const { https_proxy: HTTPS_PROXY, no_proxy: NO_PROXY } = environment;
  const given = Object.fromEntries(Object.entries({ HTTPS_PROXY, NO_PROXY, ...environment }).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const env = parsed.data;
  if (env && !isLoopback(env.HOST) && !env.WEB_TOKEN) problems.push(`WEB_TOKEN: must be set when HOST is ${env.HOST}, so that strangers cannot use the page`);
  if (env && env.STILLMOTION_ROLE !== 'all' && !env.DATABASE_URL)
    problems.push(`DATABASE_URL: must be set when STILLMOTION_ROLE is ${env.STILLMOTION_ROLE}, because the embedded database serves one process only`);
  const databaseMistake = env && databaseProblem(env.DATABASE_URL, env.DATABASE_PASSWORD);
  if (databaseMistake) problems.push(databaseMistake);
  if (env?.S3_BUCKET && !(env.S3_ACCESS_KEY_ID && env.S3_SECRET_ACCESS_KEY))
    problems.push('S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY: must be set when S3_BUCKET is');
  if (!env || problems.length > 0) throw new AppError('CONFIG_INVALID', { problems: problems.map((problem) => `  ${problem}`).join('\n') });
  return Object.freeze({
    role: env.STILLMOTION_ROLE,
    discord: { token: env.DISCORD_TOKEN ?? null, apiUrl: env.DISCORD_API_URL.replace(/\/+$/, ''), shards: env.SHARDS },
    healthPort: env.HEALTH_PORT ?? null,
    telegram: { token: env.TELEGRAM_TOKEN ?? null, apiRoot: env.TELEGRAM_API_ROOT.replace(/\/+$/, ''), webhookUrl: env.TELEGRAM_WEBHOOK_URL ?? null },
    downloadAllow: env.DOWNLOAD_ALLOW,
    dataDir: fromRoot(env.DATA_DIR),
    modelsDir: fromRoot(env.MODELS_DIR),
    web: { host: env.HOST, port: env.PORT, token: env.WEB_TOKEN ?? null },
    databaseUrl: env.DATABASE_URL && env.DATABASE_PASSWORD ? withPassword(env.DATABASE_URL, env.DATABASE_PASSWORD) : (env.DATABASE_URL ?? null),
    redisUrl: env.REDIS_URL ?? null,
    s3:
      env.S3_BUCKET && env.S3_ACCESS_KEY_ID && env.S3_SECRET_ACCESS_KEY
        ? {
            bucket: env.S3_BUCKET,
            endpoint: env.S3_ENDPOINT ?? null,
            region: env.S3_REGION,
            accessKeyId: env.S3_ACCESS_KEY_ID,
            secretAccessKey: env.S3_SECRET_ACCESS_KEY,
          }
        : null,
    keepMs: env.RETENTION_DAYS === 0 ? null : env.RETENTION_DAYS * 24 * 3_600_000,
    quotaDaily: env.QUOTA_DAILY,
    quotaPlaceMax: env.QUOTA_PLACE_MAX,
    waitingCaps: { perPerson: env.QUEUE_MAX_PER_PERSON, perPlace: env.QUEUE_MAX_PER_PLACE },
    logLevel: env.LOG_LEVEL,
    ffmpegPath: env.FFMPEG_PATH ?? null,
    hub: { endpoint: env.HF_ENDPOINT.replace(/\/+$/, ''), token: env.HF_TOKEN ?? null, proxy: env.HTTPS_PROXY ?? null, noProxy: env.NO_PROXY },
    executionProviders: env.EXECUTION_PROVIDERS,
    threads: env.INFERENCE_THREADS,
  });
};
