/** Statements that both databases keep: what comes back, what an error leaves behind, and that a transaction is never broken into. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { call, type Database, openPglite, openPostgres } from '../../core/infra/database.ts';
import { createPostgres, removeFolder, serversMissing } from '../support/real-servers.ts';
import { copyTemplate } from '../support/template.ts';

interface World {
  readonly database: Database;
  close(): Promise<void>;
}

const inProcess = async (): Promise<World> => {
  const directory = copyTemplate(inject('templateDirectory'));
  const database = await openPglite(directory);
  return {
    database,
    async close() {
      await database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const onServer = async (): Promise<World> => {
  const folder = mkdtempSync(join(tmpdir(), 'stillmotion-kept-'));
  const server = await createPostgres(folder);
  await server.start();
  const database = await openPostgres(server.url);
  return {
    database,
    async close() {
      await database.close();
      await server.kill();
      removeFolder(folder);
    },
  };
};

describe.each([
  { name: 'PGlite', open: inProcess, missing: '' },
  { name: 'PostgreSQL', open: onServer, missing: serversMissing },
])('a function that is asked by a kept statement, $name', ({ name, open, missing }) => {
  if (missing !== '') return void it.skip(`(${missing})`, () => undefined);
  let world: World;
  let database: Database;
  beforeAll(async () => {
    world = await open();
    database = world.database;
    await database.query(`CREATE FUNCTION stillmotion.echo(word text, number double precision, yes boolean) RETURNS json LANGUAGE plpgsql AS $$
      BEGIN
        IF word = 'fail' THEN RAISE EXCEPTION 'it failed' USING ERRCODE = 'check_violation'; END IF;
        RETURN CASE WHEN word IS NOT NULL THEN json_build_array(word, number, yes) END;
      END $$`);
    await database.query('CREATE TABLE stillmotion.note (word text)');
    await database.query(`CREATE FUNCTION stillmotion.keep_note(word text) RETURNS bigint LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO stillmotion.note VALUES (word); RETURN (SELECT count(*) FROM stillmotion.note); END $$`);
  });
  afterAll(() => world.close());

  it.each(['', `it's "so" \\ $1 {}`, '電影\n😀', '{"a":[1]}', 'x'.repeat(300_000)])('gets its words as they are (%#)', async (word) => {
    expect(await call(database, 'echo', [word, -1.5e300, true])).toEqual([word, -1.5e300, true]);
    expect(await call(database, 'echo', [word, 0.1, false])).toEqual([word, 0.1, false]);
  });

  it('may answer with nothing, and with a number', async () => {
    expect(await call(database, 'echo', [null, null, null])).toBeNull();
    expect(await call(database, 'keep_note', ['first'])).toBe(1);
  });

  it('says what was wrong, has written nothing, and can be asked again', async () => {
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(call(database, 'echo', ['fail', 1, true])).rejects.toMatchObject({ code: '23514', message: 'it failed' });
      await expect(call(database, 'echo', ['a\0b', 1, true])).rejects.toThrow('invalid byte sequence');
      await expect(call(database, 'no_such', [attempt])).rejects.toThrow('does not exist');
      expect(await call(database, 'echo', ['word', 2, false])).toEqual(['word', 2, false]);
      expect(await database.query('SELECT $1::int AS n', [attempt])).toEqual([{ n: attempt }]);
    }
  });

  it('is no part of a transaction but of the one that it is asked within', async () => {
    let asked: Promise<unknown> = Promise.resolve();
    const rolledBack = database.transaction(async (tx) => {
      expect(await call(tx, 'keep_note', ['never'])).toBe(2);
      asked = call(database, 'keep_note', ['second']);
      await new Promise((resolve) => setTimeout(resolve, 50));
      // On a server it has a connection of its own, and need not wait.
      const seen = name === 'PGlite' ? ['first', 'never'] : ['first', 'never', 'second'];
      expect(await tx.query('SELECT word FROM stillmotion.note ORDER BY word')).toEqual(seen.map((word) => ({ word })));
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    expect(await asked).toBe(2);
    expect(await database.query('SELECT word FROM stillmotion.note ORDER BY word')).toEqual([{ word: 'first' }, { word: 'second' }]);
  });
});
