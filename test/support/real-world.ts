/** One installation on several machines, in small: real Redis and PostgreSQL, a bot process, worker processes, a Telegram. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type FakeTelegram, startFakeTelegram } from './fake-telegram.ts';
import type { FakeChat } from './fake-telegram-state.ts';
import { installModels } from './models.ts';
import { jpeg } from './photos.ts';
import { freePort } from './program.ts';
import { type RoleProcess, startRole } from './real-roles.ts';
import { createPostgres, createRedis, type RealServer, removeFolder } from './real-servers.ts';

/** A clip that somebody asked for on Telegram, each in a chat of their own. */
export interface Asked {
  readonly id: string;
  readonly chat: FakeChat;
}

export interface JobRow {
  readonly state: string;
  readonly attempt: number;
  readonly delivery: string;
  readonly error: { readonly code: string } | null;
  readonly progress: { readonly stage: string; readonly done: number } | null;
}

const DELIVERIES = new Set(['editMessageMedia', 'sendVideo', 'sendAnimation', 'sendDocument']);

/** Asks until there is an answer; what fails meanwhile, as a database that is away, is asked again. @throws after `withinMs` */
export const until = async <T>(what: string, ask: () => Promise<T | null | false> | T | null | false, withinMs = 120_000): Promise<T> => {
  let last: unknown;
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 100))) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`${what}: not within ${withinMs / 1000} s`, { cause: last });
};

export const openRealWorld = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stillmotion-real-'));
  const pgFolder = mkdtempSync(join(tmpdir(), 'stillmotion-real-pg-'));
  const [redis, postgres, telegram] = await Promise.all([createRedis(), createPostgres(pgFolder), startFakeTelegram()]);
  await Promise.all([redis.start(), postgres.start()]);
  const modelsDir = join(folder, 'models');
  installModels(modelsDir, { tiny: 'animatediff' });
  const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
  pool.on('error', () => undefined);
  const running: RoleProcess[] = [];
  const common = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, DATA_DIR: join(folder, 'data') };
  const chats: FakeChat[] = [];

  const start = async (name: string, environment: Readonly<Record<string, string>>, ready: string): Promise<RoleProcess> => {
    const role = await startRole(name, { ...common, ...environment }, ready);
    running.push(role);
    return role;
  };
  const rows = async <R extends object>(sql: string, params: readonly unknown[] = []): Promise<readonly R[]> => (await pool.query<R>(sql, [...params])).rows;

  return {
    folder,
    modelsDir,
    redis: redis as RealServer,
    postgres: postgres as RealServer,
    telegram: telegram as FakeTelegram,
    rows,
    /** Its models are where the workers are. */
    startBot: async (environment: Readonly<Record<string, string>> = {}): Promise<RoleProcess> =>
      start(
        'bot',
        {
          ...{ STILLMOTION_ROLE: 'bot', TELEGRAM_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot, PORT: String(await freePort()) },
          ...{ QUOTA_DAILY: '100000', MODELS_DIR: join(folder, 'no-models'), ...environment },
        },
        'connected as @stillmotion_bot',
      ),
    startWorker: (name: string, environment: Readonly<Record<string, string>> = {}): Promise<RoleProcess> =>
      start(name, { STILLMOTION_ROLE: 'worker', MODELS_DIR: modelsDir, ...environment }, 'waiting for jobs'),

    /** @param words with options, as they are typed @param withPhoto otherwise it is a clip from words alone */
    async ask(words: string, withPhoto = false): Promise<Asked> {
      const { user, chat } = telegram.person('Ada');
      chats.push(chat);
      const message = withPhoto ? telegram.sendPhoto(user, chat, await jpeg(320, 200), { caption: words }) : telegram.sendText(user, chat, `/video ${words}`);
      const key = `telegram:${telegram.bot.id}:${chat.id}:${message.message_id}`;
      return until('accepting a clip', async () => {
        const [row] = await rows<{ id: string }>('SELECT id FROM stillmotion.job WHERE request_key = $1', [key]);
        return row ? { id: row.id, chat } : null;
      });
    },
    async job({ id }: Asked): Promise<JobRow> {
      const [row] = await rows<JobRow>('SELECT state, attempt, delivery, error, progress FROM stillmotion.job WHERE id = $1', [id]);
      if (!row) throw new Error('there is no such job');
      return row;
    },
    /** The clips that Telegram showed in the chat of a job. */
    clips: ({ chat }: Asked): readonly Buffer[] =>
      telegram.calls.flatMap(({ method, params, parts, reply }) => {
        const taken = reply !== undefined && reply !== 'hang-up' && 'result' in reply;
        if (!DELIVERIES.has(method) || params.chat_id !== chat.id || !taken) return [];
        return [[...parts.values()].sort((a, b) => b.length - a.length)[0] ?? Buffer.alloc(0)];
      }),
    /** How many clips each chat got that asked for one. */
    deliveries: (): readonly number[] =>
      chats.map(({ id }) => telegram.calls.filter(({ method, params }) => DELIVERIES.has(method) && params.chat_id === id).length),
    /** The worker that logged the beginning of a job last. */
    workerOf({ id }: Asked): RoleProcess | null {
      const begun = running.flatMap((role) =>
        role.log().flatMap(({ msg, jobId, time }) => (msg === 'a clip is begun' && jobId === id ? [{ role, time }] : [])),
      );
      return begun.sort((a, b) => a.time.localeCompare(b.time)).at(-1)?.role ?? null;
    },
    output: (): string => running.map((role) => `── ${role.name}\n${role.output().slice(-3000)}`).join('\n'),
    async close(): Promise<void> {
      await Promise.all(running.map((role) => role.kill()));
      await pool.end();
      await Promise.all([redis.kill(), postgres.kill(), telegram.close()]);
      removeFolder(folder);
      removeFolder(pgFolder);
    },
  };
};

export type RealWorld = Awaited<ReturnType<typeof openRealWorld>>;
