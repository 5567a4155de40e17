/** Makes PGlite look like the `pg.Pool` that BullMQ's PostgreSQL backend expects. */
import { EventEmitter } from 'node:events';
import type { PGlite } from '@electric-sql/pglite';

interface Result {
  rows: never[];
  rowCount: number | null;
}

/** BullMQ's command files open with `--` comments; LISTEN must be recognised behind them. */
const withoutComments = (text: string): string => text.replace(/^(?:\s*--[^\n]*\n)+/, '').trim();

/** One "connection" that never goes away; notifications arrive on it as they do on a `pg.Client`. */
class PgliteClient extends EventEmitter {
  readonly #lite: PGlite;
  readonly #unlisten: (() => Promise<void>)[] = [];

  constructor(lite: PGlite) {
    super();
    this.#lite = lite;
    this.setMaxListeners(0);
  }

  async query(text: string, params: readonly unknown[] = []): Promise<Result> {
    const channel = /^LISTEN\s+"?(\w+)"?\s*;?$/i.exec(withoutComments(text))?.[1];
    if (channel) {
      this.#unlisten.push(await this.#lite.listen(channel, (payload) => this.emit('notification', { channel, payload })));
      return { rows: [], rowCount: 0 };
    }
    if (params.length > 0) return shape(await this.#lite.query(text, [...params]));
    // Without parameters a text may hold several statements, as migrations do.
    const results = await this.#lite.exec(text);
    return shape(results.at(-1) ?? { rows: [] });
  }

  release(): void {
    for (const stop of this.#unlisten.splice(0)) void stop().catch(() => undefined);
  }
}

const shape = (result: { rows: unknown[]; affectedRows?: number }): Result => ({
  rows: result.rows as never[],
  rowCount: result.affectedRows || result.rows.length,
});

/** @returns a pool whose `end` does nothing: whoever opened PGlite closes it */
export const createPglitePool = (lite: PGlite) => {
  const shared = new PgliteClient(lite);
  return Object.assign(new EventEmitter().setMaxListeners(0), {
    query: (text: string, params?: readonly unknown[]) => shared.query(text, params),
    connect: async () => new PgliteClient(lite),
    end: async () => undefined,
    // PGlite cannot drop a connection silently, which is what BullMQ wants to know keep-alive for.
    options: { keepAlive: true },
  });
};
