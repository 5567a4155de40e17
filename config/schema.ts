/** Every variable of the environment: its form, unit, default and one line of help. The README's table is made from this. */
import { z } from 'zod';

const text = z.string().trim().min(1);
const url = z.url({ protocol: /^https?$/ });
const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

export const variables = {
  STILLMOTION_ROLE: {
    schema: z.enum(['all', 'bot', 'worker']).default('all'),
    help: 'What this process does: everything, only the chats and the page, or only making clips.',
  },
  DISCORD_TOKEN: { schema: text.optional(), help: 'Token of the Discord bot (Developer Portal › Bot). Discord is off without it.' },
  DISCORD_API_URL: { schema: url.default('https://discord.com/api'), help: 'Base address of Discord’s REST API.' },
  TELEGRAM_TOKEN: { schema: text.optional(), help: 'Token of the Telegram bot (from @BotFather). Telegram is off without it.' },
  TELEGRAM_API_ROOT: { schema: url.default('https://api.telegram.org'), help: 'Address of the Telegram Bot API server.' },
  TELEGRAM_WEBHOOK_URL: {
    // Without a path of its own it would hide the page.
    schema: url.transform((address) => (new URL(address).pathname === '/' ? new URL('/telegram/webhook', address).href : address)).optional(),
    help: 'Public address that Telegram shall call, for example https://bot.example.org/telegram/webhook. Long polling without it.',
  },
  DOWNLOAD_ALLOW: {
    schema: z
      .string()
      .default('')
      .transform((list, context) => {
        const origins = list
          .split(',')
          .map((origin) => origin.trim())
          .filter(Boolean);
        for (const origin of origins)
          if (!URL.canParse(origin) || !/^https?:$/.test(new URL(origin).protocol))
            context.addIssue(`“${origin}” is not an origin such as https://example.org`);
        return origins.filter((origin) => URL.canParse(origin)).map((origin) => new URL(origin).origin);
      }),
    help: 'Origins, separated by commas, from which photos may be downloaded besides the chat platforms’ own.',
  },
  DATA_DIR: { schema: text.default('data'), help: 'Folder of the embedded database, photos and clips.' },
  RETENTION_DAYS: {
    schema: wholeNumber(0, 36_500).default(30),
    help: 'Days after which a finished clip and its photo are deleted. Until then /result, Again and the page bring them back. 0 keeps them for ever.',
  },
  HF_ENDPOINT: { schema: url.default('https://huggingface.co'), help: 'The hub that npm run models downloads from.' },
  HF_TOKEN: { schema: text.optional(), help: 'Access token for models whose owners ask for consent. It is sent to HF_ENDPOINT only.' },
  HTTPS_PROXY: { schema: url.optional(), help: 'Proxy for downloading models. The lower-case spelling works too.' },
  NO_PROXY: { schema: z.string().default(''), help: 'Hosts and domains, separated by commas, that are reached without the proxy.' },
  MODELS_DIR: { schema: text.default('data/models'), help: 'Folder of downloaded models; the shipped one needs none.' },
  PORT: { schema: wholeNumber(0, 65_535).default(8080), help: 'Port of the web page and REST API. 0 chooses a free one.' },
  HOST: { schema: text.default('127.0.0.1'), help: 'Address the page binds to. Anything but loopback needs WEB_TOKEN.' },
  HEALTH_PORT: {
    schema: wholeNumber(0, 65_535).optional(),
    help: 'Port on which a worker answers /healthz and /metrics, at the address HOST. Without it a worker opens no port; bots answer both on PORT.',
  },
  SHARDS: {
    schema: z
      .string()
      .regex(/^(auto|\d{1,4}(,\d{1,4})*\/\d{1,4})$/, 'must be auto, or shard numbers and their total such as 0,1/4')
      .default('auto')
      .transform((text, context) => {
        if (text === 'auto') return 'auto' as const;
        const [list = '', total = ''] = text.split('/');
        const ids = [...new Set(list.split(',').map(Number))];
        if (ids.some((id) => id >= Number(total))) context.addIssue(`shards of ${total} are numbered from 0 to ${Number(total) - 1}`);
        return { ids, total: Number(total) };
      }),
    help: 'Discord shards of this process: auto takes as many as Discord recommends; 0,1/4 takes the first two of four, for several bot processes.',
  },
  WEB_TOKEN: { schema: z.string().min(16).optional(), help: 'Bearer token (16 characters or more) that the page and REST API ask for.' },
  DATABASE_URL: {
    schema: z
      .url({
        protocol: /^postgres(ql)?$/,
        error: 'must be an address such as postgres://user@host/database; a password with signs like @ : / goes as it is into DATABASE_PASSWORD',
      })
      .optional(),
    help: 'PostgreSQL server, for example postgres://user@host/database. Without it an embedded database (PGlite) lives in DATA_DIR; it is not safe against power loss.',
  },
  DATABASE_PASSWORD: {
    // Neither trimmed nor decoded: it is the password.
    schema: z.string().min(1).optional(),
    help: 'Password for DATABASE_URL, as it is: every character is allowed. A password may also stand in DATABASE_URL itself, percent-encoded.',
  },
  REDIS_URL: { schema: z.url({ protocol: /^rediss?$/ }).optional(), help: 'Redis server for the queue. Without it the queue lives in the database.' },
  S3_BUCKET: {
    schema: text.optional(),
    help: 'Bucket of an S3-compatible service for photos and clips. Without it they lie in DATA_DIR, which several machines must share.',
  },
  S3_ENDPOINT: { schema: url.optional(), help: 'Address of the service, for example https://minio.example.org. Amazon’s own without it.' },
  S3_REGION: { schema: text.default('us-east-1'), help: 'Region of the bucket.' },
  S3_ACCESS_KEY_ID: { schema: text.optional(), help: 'Key of an account that may read, write and delete in the bucket.' },
  S3_SECRET_ACCESS_KEY: { schema: text.optional(), help: 'Secret of that key.' },
  QUOTA_DAILY: {
    schema: wholeNumber(0, 100_000).default(10),
    help: 'Credits per person and day: that many clips of the default engine and length. Longer, larger or slower ones cost more.',
  },
  QUOTA_PLACE_MAX: {
    schema: wholeNumber(0, 100_000).default(100),
    help: 'The most credits per person and day that a moderator may allow in one place, and the most of one grant or shared pool.',
  },
  QUEUE_MAX_PER_PERSON: { schema: wholeNumber(1, 10_000).default(50), help: 'Clips of one person that may wait at the same time, over all places.' },
  QUEUE_MAX_PER_PLACE: { schema: wholeNumber(1, 1_000_000).default(1000), help: 'Clips that may wait at the same time in one server, group or chat.' },
  LOG_LEVEL: { schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'), help: 'How much is logged.' },
  FFMPEG_PATH: { schema: text.optional(), help: 'The ffmpeg to use. Otherwise the one on PATH, otherwise the one that comes with npm.' },
  EXECUTION_PROVIDERS: {
    schema: z
      .string()
      .default('auto')
      .transform((list) =>
        list
          .split(',')
          .map((name) => name.trim().toLowerCase())
          .filter(Boolean),
      ),
    help: 'Where models run, in order, separated by commas: auto, cuda, tensorrt, webgpu, coreml, dml, cpu. auto takes what this machine has.',
  },
  INFERENCE_THREADS: { schema: wholeNumber(0, 256).default(0), help: 'Threads for inference. 0 uses every core.' },
} as const;

export const schema = z.object(
  Object.fromEntries(Object.entries(variables).map(([name, { schema: form }]) => [name, form])) as {
    [K in keyof typeof variables]: (typeof variables)[K]['schema'];
  },
);
export type Environment = z.infer<typeof schema>;
