/** The field for the words: what they are for, suggestions to press, and how many characters are left. */
import { questions } from './engine.js';

const $ = (id) => document.getElementById(id);
const movements = ['waves on the lake, slow zoom in', 'clouds drift left', 'leaves sway in the wind', 'the river flows', 'pan right'];
const scenes = ['a red boat on a misty lake at dawn', 'waves breaking on a rocky shore', 'a fox in fresh snow', 'a campfire under the stars', 'slow zoom in'];

/** Adds a suggestion to the words, or takes it out again. */
const toggle = (suggestion) => {
  const parts = $('prompt').value.split(/,\s*/).filter(Boolean);
  const kept = parts.filter((part) => !suggestion.split(', ').includes(part));
  $('prompt').value = (kept.length < parts.length ? kept : [...parts, suggestion]).join(', ');
  $('prompt').dispatchEvent(new Event('input'));
};

/** @param most how many characters the chosen engine takes */
export const startPrompt = (most) => {
  $('prompt').addEventListener('input', () => {
    const got = [...$('prompt').value].length;
    $('prompt-problem').hidden = true;
    $('prompt-count').hidden = got < most() * 0.8;
    $('prompt-count').textContent = `${got} of ${most()} characters`;
  });
  $('prompt').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) $('wish').requestSubmit();
  });
};

/** Asks for what the engine needs words for, or for none. */
export const showPrompt = ({ photo, prompt }) => {
  const { label, placeholder, go } = questions[photo];
  $('prompt-label').textContent = label;
  $('prompt').placeholder = placeholder;
  $('go').textContent = go;
  $('prompt-field').hidden = prompt === 'none';
  $('prompt').dispatchEvent(new Event('input'));
  $('chips').replaceChildren(
    ...(photo === 'required' ? movements : scenes).map((words) => {
      const chip = Object.assign(document.createElement('button'), { type: 'button', className: 'chip', textContent: words });
      chip.addEventListener('click', () => toggle(words));
      const item = document.createElement('li');
      item.append(chip);
      return item;
    }),
  );
};
