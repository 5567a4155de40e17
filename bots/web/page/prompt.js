/** The field for the words: suggestions to press, and how many characters are left. */

const $ = (id) => document.getElementById(id);
const suggestions = ['waves on the lake, slow zoom in', 'clouds drift left', 'leaves sway in the wind', 'the river flows', 'pan right'];

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
  $('chips').replaceChildren(
    ...suggestions.map((words) => {
      const chip = Object.assign(document.createElement('button'), { type: 'button', className: 'chip', textContent: words });
      chip.addEventListener('click', () => toggle(words));
      const item = document.createElement('li');
      item.append(chip);
      return item;
    }),
  );
};
