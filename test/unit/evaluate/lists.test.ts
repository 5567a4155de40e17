/** The shipped lists: each is read and bears the name of its file, no photo stands in two of them, and a held-out one asks as often as its page says. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseList, type Shot } from '../../../worker/evaluate/list.ts';

const folder = new URL('../../../worker/evaluate/lists/', import.meta.url);
const lists = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ file, ...parseList(readFileSync(new URL(file, folder), 'utf8')) }));

/** How often a list asks each thing, as in the table of worker/evaluate/lists/README.md. */
const asked = (shots: readonly Shot[]) => {
  const count = (wanted: (shot: Shot) => boolean): number => shots.filter(wanted).length;
  return {
    camera: count(({ expect: { camera } }) => camera !== undefined),
    cameraAndMotion: count(({ expect: { camera, moves } }) => camera !== undefined && moves !== undefined),
    driftAlone: count(({ expect: { camera, drift }, loop }) => drift !== undefined && !camera && !loop),
    driftAndMore: count(({ expect: { camera, drift }, loop }) => drift !== undefined && (camera !== undefined || loop === true)),
    moves: count(({ expect: { moves }, group }) => moves !== undefined && group === undefined),
    only: count(({ expect: { only } }) => only === true),
    triples: new Set(shots.flatMap(({ group }) => group ?? [])).size,
    nothing: count(({ expect: { nothing } }) => nothing === true),
    loops: count(({ loop }) => loop === true),
  };
};

describe('the lists of the evaluation', () => {
  it('share no photo', () => {
    const listsOf = new Map<string, string[]>();
    for (const { file, photos } of lists) for (const { path } of Object.values(photos)) listsOf.set(path, [...(listsOf.get(path) ?? []), file]);
    expect([...listsOf].filter(([, files]) => files.length > 1)).toEqual([]);
  });

  it.each(lists)('$file bears the name of its file', ({ file, name }) => {
    expect(`${name.replaceAll(' ', '-')}.json`).toBe(file);
  });

  it.each(lists)('$file asks something of each of its photos', ({ photos, shots }) => {
    expect(new Set(Object.keys(photos))).toEqual(new Set(shots.map(({ photo }) => photo)));
  });

  it.each(lists)('$file wants the camera still where a prompt names a thing and no camera move', ({ shots }) => {
    expect(shots.filter(({ expect: { camera, moves, still } }) => moves && !camera && !still).map(({ id }) => id)).toEqual([]);
  });

  it.each(lists.filter(({ file }) => file !== 'development.json'))('$file asks as often as every held-out list', ({ shots }) => {
    const often = { camera: 40, cameraAndMotion: 10, driftAlone: 20, driftAndMore: 2, moves: 75, only: 32, triples: 10, nothing: 6, loops: 4 };
    expect(asked(shots)).toEqual(often);
  });
});
