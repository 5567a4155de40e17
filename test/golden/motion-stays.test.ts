/** What the words want still, asked of the shipped text head thing by thing; sentences without such a wish stay as they were read. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Logger } from '../../core/logger.ts';
import vocabulary from '../../worker/models/motion/vocabulary.json' with { type: 'json' };
import { openSession, type Session } from '../../worker/onnx/session.ts';
import { createTokenizer } from '../../worker/parts/tokenizer.ts';
import { type ReadRows, toldToStay } from '../../worker/parts/told-to-stay.ts';
import { integers } from '../../worker/tensor/tensor.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const tokenize = createTokenizer(vocabulary);

let text: Session;
beforeAll(async () => {
  const path = fileURLToPath(new URL('../../worker/models/motion/text.onnx', import.meta.url));
  text = await openSession(path, { providers: ['cpu'], threads: 1, log: silent });
});
afterAll(() => text.dispose());

const read: ReadRows = async (rows) => {
  const ids = rows.flatMap((row) => [...row, ...new Array(32 - row.length).fill(0)]);
  const { data } = (await text.run({ token_ids: integers(ids, [rows.length, 32]) })).float('program');
  return rows.map((_, i) => data.slice(24 * i, 24 * (i + 1)));
};
const hear = async (prompt: string) => {
  const ids = tokenize(prompt);
  const [program] = (await read([ids])) as [Float32Array];
  const { amplitudes, still } = await toldToStay(ids, program, vocabulary, read);
  const names = (classes: readonly number[]): string => classes.map((k) => vocabulary.classes[k]).join(' ');
  const moving = (values: Float32Array): string => names(Array.from(values.keys(), (i) => i + 1).filter((k) => (values[k - 1] as number) > 0));
  return { before: moving(program.subarray(0, 12)), after: moving(amplitudes), still: names(still), unchanged: amplitudes.every((v, i) => v === program[i]) };
};

describe('what shares its clause of stillness with another thing is still', () => {
  it.each([
    ['waves, but horse and rider are frozen', 'sea river', 'body'],
    ['clouds go left, the rock and the man on it dont move', 'sky', 'body'],
    ['sólo se mueve el mar, el barco y la gente están quietos', 'sea river', 'body floating'],
    ['seule la mer bouge, le bateau et les gens restent immobiles', 'sea river', 'body floating'],
    ['let the water ripple, freeze the boat and the swans', 'sea river', 'floating'],
    ['the trees and the grass sway, the horse and the lake are still', 'foliage grass', 'body'],
  ])('%s', async (prompt, moves, still) => {
    const heard = await hear(prompt);
    expect(heard.before).not.toBe(moves);
    expect(heard).toMatchObject({ after: moves, still });
  });
});

describe('what was understood at once stays, and is known to be in the picture', () => {
  it.each([
    ['the sheep are frozen, only the grass moves', 'grass', 'body'],
    ['the tree sways in the wind but the meadow stays still', 'foliage', 'grass'],
    ['nur das Meer bewegt sich, das Boot bleibt still', 'sea river', 'floating'],
    ['海だけが動く、船は動かない', 'sea river', 'floating'],
    ['the trees rustle but the water stays perfectly calm', 'foliage', 'sea river'],
  ])('%s', async (prompt, moves, still) => {
    expect(await hear(prompt)).toMatchObject({ after: moves, still, unchanged: true });
  });
});

it('"only" excludes what another clause tells of, unless that clause adds to it', async () => {
  expect(await hear('only the sea moves, the bird hangs in the air')).toMatchObject({ before: 'sea river floating', after: 'sea river', still: 'floating' });
  const added = await hear('only the hair moves, and the leaves too');
  expect(added).toMatchObject({ unchanged: true, still: '' });
  expect(added.after).toContain('foliage');
});

describe('nothing is taken from who wants nothing still', () => {
  it.each([
    'her hair and her dress blow in the wind',
    'the boat drifts over the still lake, birds fly',
    'clouds drift over the frozen mountain, the trees sway',
    'zoom in on the flag, fluttering in the wind',
    'the camera stays still, the grass sways',
    'the sea is calm, the ship rocks',
    'flames flicker, smoke rises and the lights twinkle',
    'pan left while the clouds drift to the right',
    'the fur moves in the wind, loop please',
    '',
  ])('%s', async (prompt) => {
    expect(await hear(prompt)).toMatchObject({ unchanged: true, still: '' });
  });
});
