/** Asks PostgreSQL by statements that each connection keeps, in fewer messages than `pg` sends: nothing is described anew every time. */
import type { ClientBase, Connection, Pool, Submittable } from 'pg';

type Callback = (error: unknown, value?: unknown) => void;
type Param = string | number | boolean | null;

/** What a statement uses of a connection of `pg`, whose types tell less than there is. */
interface Wire extends Pick<Connection, 'stream' | 'sync'> {
  readonly parsedStatements: Readonly<Record<string, string | undefined>>;
  parse(statement: { readonly name: string; readonly text: string }): void;
  bind(portal: { readonly statement: string; readonly values: readonly (string | null)[] }): void;
  execute(portal: object): void;
}

/**
 * A statement of one column and one row, as `pg` wants what is submitted to it; the value is read as JSON, which numbers and NULL
 * are as well. The client calls `callback` once, with what the server or its own timeout says.
 * @source pg/lib/query.js, whose part it plays, and pg/lib/client.js, which calls it
 */
class KeptStatement implements Submittable {
  callback: Callback | undefined;
  #value: unknown = null;
  #failed: unknown;

  constructor(
    /** Under which the connection keeps it; `pg` notes it when the server has parsed it. */
    readonly name: string,
    readonly text: string,
    readonly values: readonly Param[],
  ) {}

  submit(connection: Connection): null {
    const wire = connection as unknown as Wire;
    // Leaves as one packet.
    wire.stream.cork();
    try {
      if (wire.parsedStatements[this.name] === undefined) wire.parse({ name: this.name, text: this.text });
      const values = this.values.map((value) => (value === null ? null : String(value)));
      wire.bind({ statement: this.name, values });
      wire.execute({});
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
    return null;
  }

  handleDataRow({ fields: [field = null] }: { readonly fields: readonly (string | null)[] }): void {
    if (field === null) return;
    try {
      this.#value = JSON.parse(field);
    } catch (error) {
      this.#failed = error;
    }
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}

  handleError(error: unknown): void {
    this.callback?.(error);
  }

  handleReadyForQuery(): void {
    if (this.#failed) this.callback?.(this.#failed);
    else this.callback?.(null, this.#value);
  }
}

/** @param source a pool or one of its clients, whose timeouts hold for this as for every query */
export const askKept = (source: Pool | ClientBase, name: string, text: string, values: readonly Param[]): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const answer: Callback = (error, value) => (error ? reject(error) : resolve(value));
    (source.query as (statement: Submittable, values: undefined, answer: Callback) => void).call(
      source,
      new KeptStatement(name, text, values),
      undefined,
      answer,
    );
  });
