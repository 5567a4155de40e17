/** What autocomplete suggests: engines, words that are known to work, values of settings. */
import type { EngineManifest } from '../../core/engine.ts';

const MAX_CHOICES = 25;
const MAX_CHOICE_CHARACTERS = 100;

const ideas: readonly string[] = [
  'waves on the lake, slow zoom in',
  'clouds drift to the left',
  'clouds drift to the right, the trees stay still',
  'the river flows',
  'leaves sway in the wind',
  'grass ripples in the breeze',
  'smoke rises',
  'the fire flickers',
  'the flag flutters',
  'slow zoom in',
  'slow zoom out',
  'pan left',
  'pan right',
  'tilt up',
  'tilt down',
  'roll',
];

/** What to see, where there is no photo. */
const scenes: readonly string[] = [
  'a red boat on a misty lake at dawn',
  'waves breaking on a rocky shore, seen from above',
  'a fox walking through fresh snow',
  'rain on a window, city lights behind it',
  'a campfire under a starry sky',
  'a field of sunflowers in the wind',
  'a steam train crossing a stone bridge',
  'slow zoom in',
  'the camera circles around it',
];

export interface Suggestion {
  readonly name: string;
  readonly value: string;
}

/**
 * Suggestions for the option a person is typing in.
 * @param setting the rule chosen before, when it is about one
 * @param manifests the engines that can be named there
 * @param withoutPhoto whether the words alone make the clip
 */
export const suggest = (
  option: { readonly name: string; readonly value: string },
  setting: string | null,
  manifests: readonly EngineManifest[],
  withoutPhoto = false,
): readonly Suggestion[] => {
  const typed = option.value.trim();
  const found =
    option.name === 'prompt'
      ? completions(typed, withoutPhoto ? scenes : ideas)
      : matching(typed, option.name === 'engine' ? engines(manifests) : settingValues(setting, manifests));
  return found
    .filter(({ value }) => value.length <= MAX_CHOICE_CHARACTERS)
    .map(({ name, value }) => ({ name: name.slice(0, MAX_CHOICE_CHARACTERS), value }))
    .slice(0, MAX_CHOICES);
};

const words = (...values: readonly string[]): readonly Suggestion[] => values.map((value) => ({ name: value, value }));

const matching = (typed: string, among: readonly Suggestion[]): readonly Suggestion[] =>
  among.filter(({ name, value }) => `${value} ${name}`.toLowerCase().includes(typed.toLowerCase()));

/** Completes the last part of “clouds drift to the left, slo”. */
const completions = (typed: string, among: readonly string[]): readonly Suggestion[] => {
  const start = typed.slice(0, typed.lastIndexOf(',') + 1);
  const part = typed.slice(start.length).trim().toLowerCase();
  return words(...among.filter((idea) => idea.includes(part)).map((idea) => (start ? `${start} ${idea}` : idea)));
};

const engines = (manifests: readonly EngineManifest[]): readonly Suggestion[] => manifests.map((m) => ({ name: `${m.title}: ${m.description}`, value: m.id }));

const settingValues = (setting: string | null, manifests: readonly EngineManifest[]): readonly Suggestion[] => {
  if (setting === 'enabled') return words('on', 'off');
  if (setting === 'default_engine') return [...engines(manifests), ...words('default')];
  return words(setting === 'channels' ? 'everywhere' : 'default');
};
