/** What an engine takes and makes, in the words of the page; and the chooser, when there are several. */

const takes = {
  required: { required: 'a photo and words', optional: 'a photo, and words if you like', none: 'a photo; it reads no words' },
  optional: { required: 'words, and a photo if you like', optional: 'a photo, words, or both', none: 'a photo' },
  none: { required: 'words alone', optional: 'words alone', none: 'nothing' },
};

const groups = { required: 'From a photo', optional: 'From words, with or without a photo', none: 'From words alone' };

const span = ({ min, max }, unit) => (min === max ? `${min} ${unit}` : `${min} to ${max} ${unit}`);

/** Two short sentences: what to give it, and what comes out at most. */
export const limits = ({ photo, prompt, options, max_pixels_per_frame: pixels }) => {
  const { frames, fps, seconds, width } = options;
  const length = frames ? `${span(frames, 'frames')}, usually ${fps.default} a second` : span(seconds, 's');
  const side = Math.min(width.max, Math.round(pixels / width.min));
  return `Takes ${takes[photo][prompt]}. Makes clips of up to ${side} pixels a side and ${length}.`;
};

/** What the words are for, by what else the engine takes. */
export const questions = {
  required: { label: 'What should move?', placeholder: 'waves on the lake, slow zoom in', go: 'Bring it to life' },
  optional: { label: 'What should happen?', placeholder: 'a red boat crosses the lake, slow zoom in', go: 'Make the clip' },
  none: { label: 'What should be seen?', placeholder: 'a red boat on a misty lake at dawn', go: 'Make the clip' },
};

/** The engines as a list to choose from, those alike together; the server's own order inside. */
export const engineSelect = (engines) => {
  const select = document.createElement('select');
  for (const [photo, label] of Object.entries(groups)) {
    const alike = engines.filter((engine) => engine.photo === photo);
    if (alike.length === 0) continue;
    const group = Object.assign(document.createElement('optgroup'), { label });
    group.append(...alike.map(({ id, title }) => new Option(title, id)));
    select.append(group);
  }
  select.value = engines[0].id;
  return select;
};
