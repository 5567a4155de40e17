/** What an engine takes and makes, in the words of the page; and the chooser, when there are several. */
import { element } from './element.js';

const takes = {
  required: { required: 'a photo and words', optional: 'a photo, and words if you like', none: 'a photo, no words' },
  optional: { required: 'words, and a photo if you like', optional: 'a photo, words, or both', none: 'a photo' },
  none: { required: 'words alone', optional: 'words alone', none: 'nothing' },
};

const groups = { required: 'From a photo', optional: 'From words, with or without a photo', none: 'From words alone' };

const span = ({ min, max }, unit) => (min === max ? `${min} ${unit}` : `${min}–${max} ${unit}`);

/** Two lines: what to give it, and what comes out at most. */
export const drawLimits = (list, { photo, prompt, options, max_pixels_per_frame: pixels }) => {
  const { frames, fps, seconds, width } = options;
  const length = frames ? `${span(frames, 'frames')}, ${fps.default} a second` : `${span(seconds, 's')}, ${fps.default} frames a second`;
  const side = Math.min(width.max, Math.round(pixels / width.min));
  list.replaceChildren(
    ...[
      ['Takes', takes[photo][prompt]],
      ['Makes', `up to ${side} pixels a side, ${length}`],
    ].flatMap(([name, text]) => [element('dt', { textContent: name }), element('dd', { textContent: text })]),
  );
};

/** What the words are for, by what else the engine takes. */
export const questions = {
  required: { label: 'What should move?', placeholder: 'waves on the lake, slow zoom in', go: 'Bring it to life' },
  optional: { label: 'What should happen?', placeholder: 'a red boat crosses the lake, slow zoom in', go: 'Make the clip' },
  none: { label: 'What should be seen?', placeholder: 'a red boat on a misty lake at dawn', go: 'Make the clip' },
};

/** The engines as a list to choose from, those alike together; the server's own order inside. */
export const engineSelect = (engines) => {
  const select = element('select');
  const name = ({ id, title }) => (engines.some((other) => other.title === title && other.id !== id) ? `${title} (${id})` : title);
  for (const [photo, label] of Object.entries(groups)) {
    const alike = engines.filter((engine) => engine.photo === photo);
    if (alike.length === 0) continue;
    select.append(element('optgroup', { label }, ...alike.map((engine) => new Option(name(engine), engine.id))));
  }
  select.value = engines[0].id;
  return select;
};
