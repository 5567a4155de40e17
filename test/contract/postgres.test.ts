/** A real PostgreSQL with a password of signs: it is reached, and whoever it keeps waiting is told so, loses nothing and may try again. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/index.ts';
import { type Database, openPostgres } from '../../core/infra/database.ts';
import { createStore } from '../../core/infra/store.ts';
import type { DailyLimit } from '../../core/store.ts';
import { sampleDraft } from '../support/jobs.ts';
import { createPostgres, type RealServer, removeFolder, serversMissing } from '../support/real-servers.ts';

const PASSWORD = 'p@ss:w/rd?#%';
const PATIENCE = { statementMs: 800, lockMs: 300, idleMs: 500, answerMs: 1_500 };
const plenty: DailyLimit = { clips: 1_000, scope: 'personal' };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Passes everything on until the network is cut without a word. */
const startWire = async (port: number) => {
  const sockets = new Set<Socket>();
  let silent = false;
  const server: Server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => silent || to.write(bytes));
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut: (cut: boolean): void => {
      silent = cut;
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

describe.skipIf(serversMissing !== '')(`a PostgreSQL server${serversMissing === '' ? '' : ` (skipped: ${serversMissing})`}`, () => {
  let folder: string;
  let server: RealServer;
  let wire: Awaited<ReturnType<typeof startWire>>;
  let address: string;
  let database: Database;
  let other: pg.Client;
  const url = (password: string): string => loadConfig({ DATABASE_URL: address, DATABASE_PASSWORD: password }).databaseUrl ?? '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stillmotion-postgres-'));
    server = await createPostgres(folder);
    await server.start();
    other = new pg.Client({ connectionString: server.url });
    other.on('error', () => undefined);
    await other.connect();
    await other.query(`ALTER ROLE stillmotion PASSWORD '${PASSWORD}'`);
    writeFileSync(join(folder, 'postgres', 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n');
    await other.query('SELECT pg_reload_conf()');
    wire = await startWire(Number(new URL(server.url).port));
    address = server.url.replace(/:\d+\//, `:${wire.port}/`);
  }, 180_000);
  afterAll(async () => {
    await database?.close();
    await other?.end();
    await wire?.close();
    await server?.kill();
    removeFolder(folder);
  });

  it('is reached with its password, also when bringing it up to date takes longer than anything else may', async () => {
    await expect(openPostgres(url('another'), PATIENCE)).rejects.toMatchObject({ code: '28P01' });
    await other.query('BEGIN');
    await other.query(`SELECT pg_advisory_xact_lock(hashtext('stillmotion:migrate'))`);
    const opening = openPostgres(url(PASSWORD), PATIENCE);
    await pause(PATIENCE.answerMs + 300);
    await other.query('COMMIT');
    database = await opening;
    expect(await database.query('SELECT current_user::text AS name')).toEqual([{ name: 'stillmotion' }]);
  }, 30_000);

  /** Accepts a clip while something is in the way. @returns how it ended, and after how long */
  const askWhile = async (draft = sampleDraft()) => {
    const store = createStore(database, { nowMs: Date.now });
    const startedAtMs = performance.now();
    const end = await store.jobs.accept(draft, plenty).then(
      () => 'accepted',
      (error: { code?: string }) => error.code,
    );
    return { end, ms: performance.now() - startedAtMs, draft, kept: () => store.jobs.find(draft.id), again: () => store.jobs.accept(draft, plenty) };
  };

  it('that is held by somebody else’s lock: the request is refused in time, nothing of it is kept, and the next try is accepted', async () => {
    await other.query('BEGIN');
    await other.query('LOCK TABLE stillmotion.job IN ACCESS EXCLUSIVE MODE');
    const { end, ms, kept, again } = await askWhile();
    expect(end).toBe('DATABASE_AWAY');
    expect(ms).toBeLessThan(PATIENCE.statementMs);
    await other.query('COMMIT');
    expect(await kept()).toBeNull();
    expect((await again()).created).toBe(true);
  });

  it('that works on one statement for too long ends it, and the connection goes on', async () => {
    await expect(database.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: 'DATABASE_AWAY', cause: { code: '57014' } });
    expect((await askWhile()).end).toBe('accepted');
  });

  it('that says nothing any more: the request is refused in time; the same request again is one job', async () => {
    const before = await askWhile();
    expect(before.end).toBe('accepted');
    wire.cut(true);
    const { end, ms, again } = await askWhile();
    expect(end).toBe('DATABASE_AWAY');
    expect(ms).toBeLessThan(2 * PATIENCE.answerMs);
    wire.cut(false);
    const first = await again();
    expect((await again()).job.id).toBe(first.job.id);
  });

  it('does not wait for a process that stopped in the middle of a transaction', async () => {
    const { draft, again } = await askWhile();
    const stopped = database.transaction(async (tx) => {
      await tx.query('UPDATE stillmotion.job SET locale = $2 WHERE id = $1', [draft.id, 'xx']);
      await pause(PATIENCE.idleMs + 700);
      await tx.query('SELECT 1');
    });
    const refused = expect(stopped).rejects.toMatchObject({ code: 'DATABASE_AWAY' });
    await pause(PATIENCE.idleMs + 200);
    expect(await database.query('UPDATE stillmotion.job SET locale = locale WHERE id = $1 RETURNING locale', [draft.id])).toEqual([{ locale: 'en' }]);
    await refused;
    expect((await again()).created).toBe(false);
  });

  it('that is away: a broken rule of the database stays what it is, a lost connection is told', async () => {
    await expect(database.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' });
    await server.kill();
    await expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE_AWAY' });
  });
});
