/** One SQL door for both databases: PostgreSQL by `pg`, or PGlite inside this process. Results look the same from both. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { lockDirectory } from './directory-lock.ts';
import { migrate } from './migrations.ts';
import { createPglitePool } from './pglite-pool.ts';

export type Row = Record<string, unknown>;

export interface Queryable {
  /** @param params text, numbers, booleans or null; JSON goes in as text */
  query<R extends Row = Row>(text: string, params?: readonly (string | number | boolean | null)[]): Promise<readonly R[]>;
}

/** What BullMQ's PostgreSQL backend takes as its connection. */
export type QueueConnection = pg.Pool | ReturnType<typeof createPglitePool>;

export interface Database extends Queryable {
  /** Runs `work` in one transaction; a throw rolls everything back. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  readonly queueConnection: QueueConnection;
  close(): Promise<void>;
}

/** BullMQ's functions are found by search path; ours are always written with their schema. */
const SEARCH_PATH = 'bullmq, public';

/**
 * Opens PGlite in a folder, or in memory when `directory` is null. One process only, guarded by a pid lock; not safe against
 * power loss, because PGlite never calls fsync.
 * @throws ConfigError DATA_DIR_IN_USE
 */
export const openPglite = async (directory: string | null): Promise<Database> => {
  const unlock = directory === null ? () => undefined : await lockDirectory(directory);
  try {
    const folder = directory === null ? undefined : join(directory, 'pglite');
    if (folder) await mkdir(folder, { recursive: true });
    const lite = await PGlite.create(folder ? { dataDir: folder } : {});
    const wrap = (source: Pick<PGlite, 'query'>): Queryable => ({
      query: async <R extends Row>(text: string, params: readonly (string | number | boolean | null)[] = []) => (await source.query<R>(text, [...params])).rows,
    });
    const queueConnection = createPglitePool(lite);
    await migrate(wrap(lite), await queueConnection.connect());
    await lite.exec(`SET search_path TO ${SEARCH_PATH}`);
    return {
      ...wrap(lite),
      transaction: <T>(work: (tx: Queryable) => Promise<T>) => lite.transaction((tx) => work(wrap(tx as unknown as PGlite))) as Promise<T>,
      queueConnection,
      async close() {
        if (!lite.closed) await lite.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
};

/** Connects to a PostgreSQL server. @param url `postgres://user:password@host/database` */
export const openPostgres = async (url: string): Promise<Database> => {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    options: `-c search_path=${SEARCH_PATH.replace(' ', '')}`,
  });
  // An idle connection that drops is replaced by the pool on the next query.
  pool.on('error', () => undefined);
  // One that drops between two statements of a transaction reports it to nobody else; the next statement fails.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const wrap = (source: pg.Pool | pg.PoolClient): Queryable => ({
    query: async <R extends Row>(text: string, params: readonly (string | number | boolean | null)[] = []) => (await source.query<R>(text, [...params])).rows,
  });
  const session = await pool.connect();
  try {
    await migrate(wrap(session), session);
  } finally {
    session.release();
  }
  return {
    ...wrap(pool),
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const result = await work(wrap(client));
        await client.query('COMMIT');
        client.release();
        return result;
      } catch (error) {
        const broken = await client.query('ROLLBACK').then(
          () => false,
          () => true,
        );
        client.release(broken);
        throw error;
      }
    },
    queueConnection: pool,
    close: () => pool.end(),
  };
};
