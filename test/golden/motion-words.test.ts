/** What the shipped text head makes of words: whose motion is meant, the camera's or a thing's, and how strong gently is. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Logger } from '../../core/logger.ts';
import vocabulary from '../../worker/models/motion/vocabulary.json' with { type: 'json' };
import { openSession, type Session } from '../../worker/onnx/session.ts';
import { createTokenizer } from '../../worker/parts/tokenizer.ts';
import { integers } from '../../worker/tensor/tensor.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const tokenize = createTokenizer(vocabulary);
const CAMERA_FROM = 14;
const DRIFT_X = 12;

let text: Session;
beforeAll(async () => {
  const path = fileURLToPath(new URL('../../worker/models/motion/text.onnx', import.meta.url));
  text = await openSession(path, { providers: ['cpu'], threads: 1, log: silent });
});
afterAll(() => text.dispose());

const read = async (prompt: string): Promise<Float32Array> => {
  const ids = tokenize(prompt);
  const { data } = (await text.run({ token_ids: integers(ids, [1, ids.length]) })).float('program');
  return data;
};
/** The camera axes that move, each with its sign: "orbit-". */
const cameraOf = async (prompt: string): Promise<string[]> => {
  const program = await read(prompt);
  return vocabulary.camera.flatMap((axis, i) => {
    const value = program[CAMERA_FROM + i] as number;
    return value === 0 ? [] : [`${axis}${value > 0 ? '+' : '-'}`];
  });
};
const amplitude = async (prompt: string, name: string): Promise<number> => (await read(prompt))[vocabulary.classes.indexOf(name) - 1] as number;

it.each(['rotate the view anti-clockwise slowly', 'rotate the view counter-clockwise slowly', 'roll the camera anti-clockwise a bit', 'rotate anticlockwise'])(
  '%s rolls to the left',
  async (prompt) => {
    expect(await cameraOf(prompt)).toEqual(['roll-']);
    expect(await cameraOf('rotate the view clockwise slowly')).toEqual(['roll+']);
  },
);

describe('a thing as the subject never moves the camera, whatever it goes around', () => {
  it.each([
    ['the water ripples around the boat', 'sea'],
    ['the river flows around the rocks to the left', 'river'],
    ['smoke drifts away from the campfire', 'smoke'],
    ['clouds slide past the mountain', 'sky'],
    ['ducks swim around the island', 'floating'],
    ['the grass sways around the bird, the bird does not move', 'grass'],
    ['der Bach fließt um die Steine herum', 'river'],
    ['los patos nadan alrededor de la isla', 'floating'],
    ['les nuages glissent devant la tour', 'sky'],
    ['小川が石の周りを流れる', 'river'],
  ])('%s', async (prompt, moving) => {
    expect(await cameraOf(prompt)).toEqual([]);
    expect(await amplitude(prompt, moving)).toBeGreaterThan(0.4);
  });
  it.each(['the car drives away', 'the bell swings back and forth', 'the train goes around the bend', 'das Auto fährt davon', 'la voiture s’éloigne'])(
    '%s: nothing can',
    async (prompt) => {
      expect(await cameraOf(prompt)).toEqual([]);
      expect((await read(prompt)).subarray(0, 12).every((value) => value === 0)).toBe(true);
    },
  );
});

describe('the camera as the subject, or none at all, moves it', () => {
  it.each([
    ['the camera circles around the boat', 'orbit+'],
    ['circle around the statue, going left', 'orbit-'],
    ['the camera moves past the trees to the right', 'panX+'],
    ['dolly forward up the stairs', 'dolly+'],
    ['slowly to the right', 'panX+'],
    ['filmed by hand, a bit wobbly', 'handheld+'],
    ['die Kamera fährt um den Turm herum', 'orbit+'],
    ['カメラが木の周りを回る', 'orbit+'],
  ])('%s', async (prompt, wanted) => expect(await cameraOf(prompt)).toEqual([wanted]));
});

describe('a direction said as an afterthought belongs to the thing', () => {
  it.each([
    ['the clouds drift, and that to the left', 'sky', -1],
    ['die Wolken ziehen, und zwar nach rechts', 'sky', 1],
    ['solo se mueven las nubes, y hacia la derecha', 'sky', 1],
    ['seuls les nuages bougent, et ce vers la gauche', 'sky', -1],
    ['雲が流れる、それも右へ', 'sky', 1],
  ])('%s', async (prompt, moving, x) => {
    expect(await cameraOf(prompt)).toEqual([]);
    expect(await amplitude(prompt, moving)).toBeGreaterThan(0.4);
    expect((await read(prompt))[DRIFT_X]).toBeCloseTo(x, 1);
  });
  it('unless the camera was said to move', async () => {
    expect(await cameraOf('die Kamera schwenkt, und zwar nach links')).toEqual(['panX-']);
  });
});

describe('Japanese: what the camera goes to, or comes from, does not move', () => {
  it.each([
    ['塔までズームする', 'zoom+'],
    ['灯台へゆっくり近づく', 'dolly+'],
    ['お城からゆっくりズームアウトして', 'zoom-'],
    ['窓から引いていく', 'dolly-'],
    ['犬に寄る', 'dolly+'],
    ['花にゆっくりズームして', 'zoom+'],
  ])('%s', async (prompt, wanted) => {
    expect(await cameraOf(prompt)).toEqual([wanted]);
    expect((await read(prompt)).subarray(0, 12).every((value) => value === 0)).toBe(true);
  });
});

it.each([
  ['only the seaweed sways', 'grass'],
  ['the tentacles sway, the fish stays still', 'grass'],
  ['die Quasten schwingen hin und her', 'cloth'],
  ['los banderines ondean', 'cloth'],
  ['sa tresse bouge un peu', 'hair'],
  ['海藻がゆらゆら揺れる', 'grass'],
  ['流氷がゆっくり右へ流れる', 'floating'],
  ['the ice floes drift away', 'floating'],
])('names of things that move: %s', async (prompt, name) => {
  expect(await cameraOf(prompt)).toEqual([]);
  const program = await read(prompt);
  const moving = vocabulary.classes.slice(1).filter((_, i) => (program[i] as number) > 0);
  expect(moving).toContain(name);
  expect(moving.length).toBeLessThan(3);
});

it.each([
  ['the leaves tremble slightly', 'the leaves tremble', 'the leaves tremble wildly', 'foliage'],
  ['the palm sways lightly', 'the palm sways', 'the palm sways hard', 'foliage'],
  ['the sea rolls softly', 'the sea rolls', 'the sea rolls violently', 'sea'],
])('gently is less than normal, and still enough to be seen: %s', async (gentle, normal, strong, name) => {
  const [least, middle, most] = [await amplitude(gentle, name), await amplitude(normal, name), await amplitude(strong, name)];
  expect(least).toBeGreaterThan(0.45);
  expect(middle).toBeGreaterThan(least + 0.1);
  expect(most).toBeGreaterThan(middle + 0.2);
});

describe('names of what stands in a photo, in five languages', () => {
  it.each([
    ['only the geyser moves', 'river'],
    ['a hot spring ripples, the pagoda stays still', 'sea'],
    ['the hydrangeas nod, the tuk-tuk stays still', 'grass'],
    ['catkins sway', 'foliage'],
    ['die Fähre schaukelt', 'floating'],
    ['der Igel atmet', 'body'],
    ['la glicinia se mece, la ermita no se mueve', 'foliage'],
    ['le mélèze bouge', 'foliage'],
    ['間欠泉が噴き上がる', 'river'],
  ])('%s', async (prompt, moving) => {
    expect(await cameraOf(prompt)).toEqual([]);
    expect(await amplitude(prompt, moving)).toBeGreaterThan(0.4);
  });

  it.each(['für immer ziehen die Wolken', 'the polar bear breathes, the ice floes drift'])('%s: no hair, no leaves', async (prompt) => {
    for (const name of ['hair', 'foliage']) expect(await amplitude(prompt, name)).toBe(0);
  });

  it('fahre näher ran is the camera, Fähre is a boat', async () => {
    expect(await cameraOf('fahre näher ran')).toEqual(['dolly+']);
    expect(await amplitude('die Fähre bewegt sich', 'floating')).toBeGreaterThan(0.4);
  });
});
