/** What the tokenizer does with other languages, unknown words and typing mistakes, on a vocabulary of its own. */
import { describe, expect, it } from 'vitest';
import { createTokenizer } from '../../../worker/parts/tokenizer.ts';

const words = { ',': 1, clouds: 2, pan: 3, left: 4, camera: 5, drift: 6, wave: 7, sea: 8, not: 9, move: 10 };
const lemmas = {
  meer: 'sea',
  wellen: 'wave',
  die: '',
  kamera: 'camera',
  schwenk: 'pan',
  nuages: 'clouds',
  カメラ: 'camera',
  左: 'left',
  雲: 'clouds',
  雲海: 'clouds sea',
  動か: 'move',
  ない: 'not',
};
const tokenize = createTokenizer({ maxTokens: 6, pad: 0, words, lemmas });
const ids = (text: string): number[] => tokenize(text).filter((id) => id > 0);

describe('createTokenizer', () => {
  it('fills up to the number of tokens and cuts what is longer', () => {
    expect(tokenize('pan')).toEqual([3, 0, 0, 0, 0, 0]);
    expect(tokenize('pan '.repeat(9))).toEqual([3, 3, 3, 3, 3, 3]);
  });

  it('gives no token to a word it does not know', () => {
    expect(ids('quixotic clouds xyzzy drift 42')).toEqual(ids('clouds drift'));
  });

  it('drops what an empty alias names, and never repairs it', () => {
    expect(ids('die Wellen')).toEqual([7]);
  });

  it('takes German compounds apart, with and without a linking letter', () => {
    expect(ids('Kameraschwenk')).toEqual([5, 3]);
    expect(ids('Meereswellen')).toEqual([8, 7]);
  });

  it('reads through elisions, accents and full-width letters', () => {
    expect(ids("d'nuages l'Ｐａｎ")).toEqual([2, 3]);
  });

  it('segments Japanese by the longest alias and skips particles', () => {
    expect(ids('雲海が左に動かない')).toEqual([2, 8, 4, 10, 9]);
  });

  it('parts scripts that touch, and keeps the Japanese comma', () => {
    expect(ids('panカメラ、左')).toEqual([3, 5, 1, 4]);
  });

  it('mends one typing mistake in a word and in an alias', () => {
    expect(ids('cluods')).toEqual([2]);
    expect(ids('nuagess schwnek')).toEqual([2, 3]);
  });
});

describe('names of things', () => {
  const names = { sea: 'lagune fjord tide_pool', clouds: 'nimbus', 'clouds sea': 'storm_at_sea', wave: 'faehre', '': 'fuer' };
  const named = createTokenizer({ maxTokens: 6, pad: 0, words, lemmas: { ...lemmas, fahre: 'drift', fur: 'camera' }, names });
  const read = (text: string): number[] => named(text).filter((id) => id > 0);

  it('stand for the words of their group, with an ending too', () => {
    expect(read('the fjords, nimbus')).toEqual([8, 1, 2]);
  });

  it('may have several words, the longest one wins, and a plural', () => {
    expect(read('Tide-Pools drift')).toEqual([8, 6]);
    expect(read('a storm at sea')).toEqual([2, 8]);
  });

  it('of several words never reach over punctuation', () => {
    expect(read('tide, pool')).toEqual([1]);
  });

  it('written with an umlaut are not the word without it', () => {
    expect(read('Fähre')).toEqual([7]);
    expect(read('Fa\u0308hre')).toEqual([7]);
    expect(read('Faehre')).toEqual([7]);
    expect(read('fahre')).toEqual([6]);
    expect(read('für fur')).toEqual([5]);
  });

  it('are never guessed from a typing mistake, and give way to a trained form', () => {
    expect(read('lagumes')).toEqual([]);
    expect(createTokenizer({ maxTokens: 2, pad: 0, words, lemmas, names: { clouds: 'meer' } })('meer')).toEqual([8, 0]);
  });
});
