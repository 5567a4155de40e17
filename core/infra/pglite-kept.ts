/** Asks PGlite by statements that it keeps, in one message each: nothing is read, planned or described anew every time. */
import { type PGlite, protocol } from '@electric-sql/pglite';

const { bind, execute, parse, sync } = protocol.serialize;

const joined = (messages: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(messages.reduce((length, message) => length + message.length, 0));
  let at = 0;
  for (const message of messages) {
    all.set(message, at);
    at += message.length;
  }
  return all;
};

/**
 * Never for what belongs to a transaction: it waits for the end of the one that is under way, as `query` of PGlite does.
 * @returns asks a statement of one column and one row; the value is read as JSON, which numbers and NULL are as well
 */
export const createKeptStatements = (lite: PGlite) => {
  const kept = new Set<string>();
  return async (name: string, text: string, params: readonly (string | number | boolean | null)[]): Promise<unknown> => {
    await lite._checkReady();
    return lite._runExclusiveTransaction(() =>
      lite._runExclusiveQuery(async () => {
        if (!kept.has(name)) {
          await lite.execProtocolStream(joined([parse({ name, text }), sync()]));
          kept.add(name);
        }
        const values = params.map((value) => (value === null ? null : String(value)));
        // In one message with `sync`, so that also after an error the next one finds a connection that listens.
        const answer = await lite.execProtocolStream(joined([bind({ statement: name, values }), execute({}), sync()]));
        const row = answer.find((message): message is typeof message & { readonly fields: readonly (string | null)[] } => message.name === 'dataRow');
        const [value = null] = row?.fields ?? [];
        return value === null ? null : JSON.parse(value);
      }),
    );
  };
};
