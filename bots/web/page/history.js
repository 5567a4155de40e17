/** The clips this browser asked for: ids, words and thumbnails in localStorage, newest first. */

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

/** @param entry { id, prompt, state, thumb (data URL), aspect (width / height) } */
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
