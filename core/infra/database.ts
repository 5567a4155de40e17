/** One SQL door for both databases: PostgreSQL by `pg`, or PGlite inside this process. Results look the same from both. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { AppError } from '../errors.ts';
import { lockDirectory } from './directory-lock.ts';
import { migrate } from './migrations.ts';
import { asDatabaseError, isAway, type Patience, timeouts, usualPatience } from './patience.ts';
import { createKeptStatements } from './pglite-kept.ts';
import { createPglitePool } from './pglite-pool.ts';
import { askKept } from './postgres-kept.ts';

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

/** A list as PostgreSQL writes it, to be given as one parameter. */
export const arrayText = (values: readonly string[]): string => `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;

/** The statements that ask our functions, by the function's name. */
const calls = new Map<string, string>();
/** The names under which both databases keep them. */
const kept = new Map<string, string>();

/**
 * Asks one of our functions. The database keeps the statement of each connection: it always answers with one column of one type,
 * whatever a later version adds to the tables.
 * @param name of a function that returns JSON or a number; without the schema, always with as many parameters
 */
export const call = async <T>(source: Queryable, name: string, params: readonly (string | number | boolean | null)[]): Promise<T> => {
  let text = calls.get(name);
  if (!text) {
    text = `SELECT stillmotion.${name}(${params.map((_, index) => `$${index + 1}`).join(', ')}) AS found`;
    calls.set(name, text);
    kept.set(text, `stillmotion.${name}`);
  }
  const [row] = await source.query<{ found: T }>(text, params);
  if (!row) throw new AppError('INTERNAL');
  return row.found;
};

/** BullMQ's functions are found by search path; ours are always written with their schema. */
const SEARCH_PATH = 'bullmq, public';

/**
 * What is asked for lies in memory, so that an index costs little. By the usual value, meant for disks that turn, a plan made while a
 * table was small reads all of it, and a session keeps such a plan while the table grows; PGlite, which never vacuums, for ever.
 */
const RANDOM_PAGE_COST = 1.1;

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
    await lite.exec(`SET search_path TO ${SEARCH_PATH}; SET random_page_cost TO ${RANDOM_PAGE_COST}`);
    const askLite = createKeptStatements(lite);
    const { query } = wrap(lite);
    return {
      async query<R extends Row>(text: string, params: readonly (string | number | boolean | null)[] = []) {
        const name = kept.get(text);
        return name ? [{ found: await askLite(name, text, params) } as unknown as R] : query<R>(text, params);
      },
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

const giveUp = (error: unknown): never => {
  throw asDatabaseError(error);
};

/**
 * Connects to a PostgreSQL server. What is asked of it fails with QueueError DATABASE_AWAY when it does not answer in time; then a
 * transaction has not been, or, when only its end was not heard, has been wholly.
 * @param url `postgres://user:password@host/database`
 */
export const openPostgres = async (url: string, patience: Patience = usualPatience): Promise<Database> => {
  const connection = {
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    options: `-c search_path=${SEARCH_PATH.replace(' ', '')} -c random_page_cost=${RANDOM_PAGE_COST}`,
  };
  const pool = new pg.Pool({ ...connection, ...timeouts(patience), max: 10 });
  // An idle connection that drops is replaced by the pool on the next query.
  pool.on('error', () => undefined);
  // One that drops between two statements of a transaction reports it to nobody else; the next statement fails.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const wrap = (source: pg.Pool | pg.ClientBase): Queryable => ({
    async query<R extends Row>(text: string, params: readonly (string | number | boolean | null)[] = []) {
      const name = kept.get(text);
      if (name) return [{ found: await askKept(source, name, text, params).catch(giveUp) } as unknown as R];
      return (await source.query<R>(text, [...params]).catch(giveUp)).rows;
    },
  });
  // A migration, or waiting for somebody else's, may take longer than anything else may.
  const session = new pg.Client(connection);
  session.on('error', () => undefined);
  await session.connect();
  try {
    await migrate(wrap(session), session);
  } finally {
    await session.end();
  }
  return {
    ...wrap(pool),
    async transaction(work) {
      const client = await pool.connect().catch(giveUp);
      try {
        await client.query('BEGIN');
        const result = await work(wrap(client));
        await client.query('COMMIT');
        client.release();
        return result;
      } catch (thrown) {
        const error = asDatabaseError(thrown);
        // Closing the connection rolls back as well, and does not wait for a server that hangs.
        const broken =
          isAway(error) ||
          (await client.query('ROLLBACK').then(
            () => false,
            () => true,
          ));
        client.release(broken);
        throw error;
      }
    },
    queueConnection: pool,
    close: () => pool.end(),
  };
};
