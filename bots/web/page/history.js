/** The clips this browser asked for: ids, words and thumbnails in localStorage, newest first, and the sheet that shows them. */
import { element } from './element.js';

const KEY = 'stillmotion.history';
const MOST = 30;

const load = () => {
  try {
    const entries = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(entries) ? entries.filter((entry) => /^\w{8,64}$/.test(entry?.id)) : [];
  } catch {
    return [];
  }
};

let entries = load();

const save = () => {
  try {
    localStorage.setItem(KEY, JSON.stringify(entries));
  } catch {
    // Storage is full or forbidden: the clips stay visible until the page is closed.
  }
};

export const all = () => entries;
export const find = (id) => entries.find((entry) => entry.id === id);

/** @param entry { id, prompt, state, thumb (of the photo, a data URL), clip_thumb (of the clip, once there is one), aspect (width / height) } */
export const add = (entry) => {
  entries = [entry, ...entries.filter((other) => other.id !== entry.id)].slice(0, MOST);
  save();
};

/** @returns whether anything changed */
export const update = (id, changes) => {
  const entry = find(id);
  if (!entry || Object.entries(changes).every(([name, value]) => entry[name] === value)) return false;
  entries = entries.map((other) => (other === entry ? { ...entry, ...changes } : other));
  save();
  return true;
};

export const remove = (id) => {
  entries = entries.filter((entry) => entry.id !== id);
  save();
};

const badges = { waiting: 'waiting', running: 'in progress', failed: 'failed', refused: 'refused', canceled: 'canceled' };

/** @param currentId the job on the print; @param onOpen called with the id of a clip that somebody presses */
export const draw = (currentId, onOpen) => {
  document.getElementById('history').hidden = entries.length === 0;
  document.getElementById('history-list').replaceChildren(
    ...entries.map(({ id, prompt, state, thumb, clip_thumb: clipThumb }) => {
      const image = element('img', { src: clipThumb ?? thumb, alt: '', loading: 'lazy' });
      // The clip may be gone from the server; what this browser kept is not.
      image.addEventListener('error', () => (image.src = thumb), { once: true });
      const button = element(
        'button',
        { type: 'button', className: 'mini', onclick: () => onOpen(id) },
        image,
        element('span', { className: 'badge', textContent: badges[state] ?? '' }),
        element('span', { className: 'caption', textContent: prompt || 'No words' }),
      );
      button.dataset.state = state;
      button.setAttribute('aria-current', String(id === currentId));
      return element('li', {}, button);
    }),
  );
};
