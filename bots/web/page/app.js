/** Wires the page together: choosing a photo, asking for a clip, following it, and this browser's history. */
import * as api from './api.js';
import { copy } from './clipboard.js';
import * as history from './history.js';
import { drawOptions } from './options.js';
import { onPhoto, readPhoto } from './photo.js';
import * as print from './print.js';
import { showPrompt, startPrompt } from './prompt.js';

const $ = (id) => document.getElementById(id);
const POLL_MS = 3_000;

/** Settled once the options are drawn, or the page knows why not. */
let ready;
let options;
let photoLimits;
/** The photo that the next clip is made from: { file, url, name, aspect, thumb }; null when only the server still has it. */
let photo = null;
/** The job on the print, as the API showed it last. */
let shown = null;
let opening = null;
let stopFollowing = () => undefined;
/** Settled when the newest chosen photo is on the print; decoding a large one takes a moment. */
let choosing = Promise.resolve();
/** Photos of jobs asked for since the page was opened, by job id. */
const photos = new Map();

const tell = (id, message) => {
  $(id).textContent = message ?? '';
  $(id).hidden = !message;
};

const clearProblems = () => {
  for (const id of ['prompt-problem', 'form-problem']) tell(id, null);
  print.showProblem(null);
  options?.clearProblems();
};

/** Options that a failure is about without naming them. */
const optionOf = { TOO_MANY_FRAMES: 'seconds', CLIP_TOO_LONG: 'seconds', FRAMES_IMPOSSIBLE: 'frames', SIZE_IMPOSSIBLE: 'width', ENGINE_UNKNOWN: 'engine' };

/** Tells a failure next to what it is about. */
const tellProblem = (problem) => {
  const { code, params, message } = problem;
  if (code === 'UNAUTHORIZED') return $('token-dialog').showModal();
  if (/^(PHOTO|DOWNLOAD)_/.test(code)) return print.showProblem(message);
  if (/^PROMPT_/.test(code)) {
    tell('prompt-problem', message);
    return $('prompt').focus();
  }
  const option = optionOf[code] ?? params.field;
  if (!option || !options.showProblem(option, message)) tell('form-problem', message);
};

const refreshQuota = async () => {
  const quota = await api.quota();
  $('quota').hidden = false;
  $('quota').textContent = `${quota.left} of ${quota.limit + quota.granted + quota.pool} credits left today`;
  $('quota').title = quota.text;
  $('quota').classList.toggle('empty', quota.left === 0);
};

const drawHistory = () => history.draw(shown?.id, open);

const forget = (id) => {
  history.remove(id);
  photos.delete(id);
  if (shown?.id === id) showNothing();
  else drawHistory();
};

// ——— the job on the print

const preview = (id) => {
  const entry = history.find(id);
  return photos.get(id) ?? (entry && { url: entry.thumb, aspect: entry.aspect });
};

/** @returns whether the history looks different now */
const remember = ({ id, state, clip }) => history.update(id, { state, ...(clip ? { clip_thumb: clip.thumbnail_url } : {}) });

const showJob = (job) => {
  const ended = shown?.id === job.id && !api.isFinal(shown.state) && api.isFinal(job.state);
  const isNew = shown?.id !== job.id;
  shown = job;
  print.showJob(job, job.has_photo ? preview(job.id) : null);
  if (remember(job) || isNew) drawHistory();
  if (ended) refreshQuota().catch(() => undefined);
};

const showNothing = () => {
  stopFollowing();
  opening = null;
  shown = null;
  window.history.replaceState(null, '', location.pathname);
  if (photo) print.showPhoto(photo);
  else print.showEmpty();
  drawHistory();
};

const gone = (id) => (problem) => {
  if (problem.code !== 'JOB_UNKNOWN') return tellProblem(problem);
  forget(id);
  print.showProblem(problem.message);
};

/** Puts a job on the print and follows it. */
const open = async (id) => {
  stopFollowing();
  clearProblems();
  opening = id;
  try {
    const job = await api.job(id);
    // Somebody opened another one meanwhile.
    if (opening !== id) return;
    window.history.replaceState(null, '', `#${id}`);
    photo = photos.get(id) ?? null;
    showJob(job);
    const { top } = $('print').getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) $('print').scrollIntoView();
    if (!api.isFinal(job.state)) stopFollowing = api.follow(id, showJob, gone(id));
  } catch (problem) {
    gone(id)(problem);
  }
};

/** Jobs that are not on the print are asked for now and then: browsers allow few open event streams. */
const pollOthers = async () => {
  if (document.hidden) return;
  for (const { id, state } of history.all()) {
    if (id === shown?.id || api.isFinal(state)) continue;
    const job = await api.job(id).catch((problem) => problem);
    if (job.code === 'JOB_UNKNOWN') forget(id);
    else if (job.state && remember(job)) {
      drawHistory();
      refreshQuota().catch(() => undefined);
    }
  }
};

// ——— the photo

const look = async (file) => {
  await ready;
  if (!options) return;
  clearProblems();
  try {
    photo = await readPhoto(file, photoLimits.max_bytes);
    showNothing();
    if (matchMedia('(pointer: fine)').matches) $('prompt').focus();
  } catch (problem) {
    tellProblem(problem);
  }
};

const startOver = () => {
  photo = null;
  clearProblems();
  showNothing();
};
$('leave-out').addEventListener('click', startOver);
$('start-over').addEventListener('click', startOver);

onPhoto((file) => {
  choosing = look(file);
});

// ——— asking

/** How a clip from words alone stands in the history until it is made. */
const NO_PHOTO = { thumb: '/icon.svg', aspect: null };

/** @param from the photo it is made from, as far as this page has it; @param look { thumb, aspect } for the history */
const accepted = async ({ id }, prompt, from, look) => {
  if (from) photos.set(id, from);
  history.add({ id, prompt, state: 'waiting', thumb: look.thumb, aspect: look.aspect });
  await Promise.all([open(id), refreshQuota()]);
};

const busily = async (button, work) => {
  button.disabled = true;
  clearProblems();
  await work().catch(tellProblem);
  button.disabled = false;
};

$('wish').addEventListener('submit', (event) => {
  event.preventDefault();
  busily($('go'), async () => {
    await Promise.all([ready, choosing]);
    if (!options) return;
    const { photo: wanted, prompt: read } = options.engine();
    const prompt = read === 'none' ? '' : $('prompt').value;
    const mine = wanted === 'none' ? null : photo;
    const earlier = wanted === 'none' || photo || !shown?.has_photo ? null : history.find(shown.id);
    if (wanted === 'required' && !mine && !earlier) return print.showProblem('I need a photo first. Drop one here, paste it, or choose a file.');
    const source = mine ? { image: mine.file } : earlier ? { photo_of: earlier.id } : {};
    await accepted(await api.submit({ prompt, ...options.values(), ...source }), prompt, mine, mine ?? earlier ?? NO_PHOTO);
  });
});

const repeat = (button, seed) =>
  busily(button, async () => {
    const { id, recipe, has_photo: hasPhoto } = shown;
    const look = (hasPhoto && history.find(id)) || { ...NO_PHOTO, aspect: recipe.width / recipe.height };
    await accepted(await api.again(id, seed), recipe.prompt, hasPhoto ? photo : null, look);
  });

$('again').addEventListener('click', () => repeat($('again'), 'same'));
$('new-seed').addEventListener('click', () => repeat($('new-seed'), 'new'));
$('cancel').addEventListener('click', () => busily($('cancel'), async () => showJob(await api.remove(shown.id))));
$('delete').addEventListener('click', () =>
  busily($('delete'), async () => {
    const { id } = shown;
    await api.remove(id).catch((problem) => {
      if (problem.code !== 'JOB_UNKNOWN') throw problem;
    });
    forget(id);
  }),
);

$('copy-seed').addEventListener('click', async () => {
  await copy(String(shown.recipe.seed));
  $('copy-seed').textContent = 'Copied';
  setTimeout(() => ($('copy-seed').textContent = 'Copy seed'), 1500);
});

// ——— the start

const refreshChannels = async () => {
  const { channels } = await api.channels();
  $('channels').replaceChildren(
    ...channels.map(({ name, state, detail }) => {
      const item = Object.assign(document.createElement('li'), { textContent: `${name[0].toUpperCase()}${name.slice(1)}: ${detail}` });
      item.dataset.state = state;
      return item;
    }),
  );
};

const begin = async () => {
  const { engines, photo: limits } = await api.engines();
  photoLimits = limits;
  $('photo-hint').textContent = `or paste one · JPEG, PNG, WebP, AVIF or GIF up to ${Math.round(limits.max_bytes / 1024 / 1024)} MB`;
  startPrompt(() => options?.engine().max_prompt_characters ?? Number.POSITIVE_INFINITY);
  options = drawOptions(engines, $('chooser'), $('options'), $('more-options'), $('engine-about'), (engine) => {
    print.showEngine(engine);
    showPrompt(engine);
  });
  for (const button of ['leave-out', 'start-over']) $(button).hidden = engines.every(({ photo: wanted }) => wanted === 'required');
  drawHistory();
  await Promise.all([refreshQuota(), refreshChannels()]);
  // After a reload: what was on the print, else whatever is still being made.
  const wanted = history.find(location.hash.slice(1)) ?? history.all().find(({ state }) => !api.isFinal(state));
  if (wanted) await open(wanted.id);
  setInterval(pollOthers, POLL_MS);
};

const start = () =>
  begin().catch((problem) => {
    if (problem.code === 'UNAUTHORIZED') $('token-dialog').showModal();
    else tell('form-problem', problem.message);
  });

$('token-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    await api.signIn($('token').value);
    $('token').value = '';
    $('token-dialog').close();
    if (!options) ready = start();
  } catch (problem) {
    tell('token-problem', problem.code === 'UNAUTHORIZED' ? 'That is not the token.' : problem.message);
  }
});

ready = start();
