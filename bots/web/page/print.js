/** The print: shows the photo, the work in progress on it, and the clip, all in the same place. */
import { clipUrl, isFinal } from './api.js';

const $ = (id) => document.getElementById(id);
const print = $('print');
const calm = matchMedia('(prefers-reduced-motion: reduce)');

const stages = {
  load: () => 'Waking up the model',
  encode: (_progress, job) => (job.has_photo ? 'Looking at your photo' : 'Reading your words'),
  denoise: ({ done, total }) => `Imagining the motion, step ${done} of ${total}`,
  render: ({ done, total }) => `Drawing frame ${done} of ${total}`,
  deliver: () => 'Finishing your clip',
};

const timeLeft = (seconds) =>
  seconds === null ? '' : seconds < 90 ? `about ${Math.max(1, Math.round(seconds))} s left` : `about ${Math.round(seconds / 60)} min left`;

const stageWords = (job) => {
  if (job.cancel_requested) return 'Stopping …';
  if (job.state === 'waiting') return job.position <= 1 ? 'You are next' : `Number ${job.position} in line`;
  return job.progress ? (stages[job.progress.stage]?.(job.progress, job) ?? 'Working') : 'Starting';
};

const only = (name) => {
  for (const part of ['pick', 'chosen', 'status', 'result']) $(part).hidden = part !== name;
};

const setAspect = (aspect) => print.style.setProperty('--aspect', String(Math.min(3, Math.max(0.4, aspect || 1.5))));

const setPhoto = (url, alt = '') => {
  const photo = $('photo');
  photo.hidden = !url;
  photo.alt = alt;
  if (url && photo.getAttribute('src') !== url) photo.src = url;
  if (!url) photo.removeAttribute('src');
};

const setVideo = (url, poster) => {
  const video = $('video');
  video.hidden = !url;
  if (url) {
    if (video.getAttribute('src') === url) return;
    video.poster = poster;
    video.src = url;
    if (!calm.matches) video.play().catch(() => undefined);
  } else if (video.hasAttribute('src')) {
    video.removeAttribute('src');
    video.load();
  }
};

/** Says one sentence to people who do not see the page; the same sentence is not said twice. */
const say = (sentence) => {
  if ($('live').textContent !== sentence) $('live').textContent = sentence;
};

export const showProblem = (message) => {
  $('photo-problem').textContent = message ?? '';
  $('photo-problem').hidden = !message;
};

const reset = (view) => {
  print.dataset.view = view;
  $('scene').hidden = true;
  $('no-preview').hidden = true;
  showProblem(null);
};

/** Says whether a photo is wanted. */
export const showEngine = ({ photo, title }) => {
  print.dataset.photo = photo;
  $('words-hint').textContent = `${title} makes the clip from your words alone.`;
  $('unused-hint').textContent = `Not used: ${title} works from words alone.`;
};

export const showEmpty = () => {
  reset('empty');
  print.style.removeProperty('--aspect');
  setPhoto(null);
  setVideo(null);
  only('pick');
};

/** @param photo { url, name, aspect }; `aspect` is null when the browser cannot show this kind of file */
export const showPhoto = (photo) => {
  reset('photo');
  setAspect(photo.aspect);
  setVideo(null);
  setPhoto(photo.aspect ? photo.url : null, 'The photo you chose');
  $('no-preview').hidden = photo.aspect !== null;
  $('photo-name').textContent = photo.name;
  only('chosen');
};

const showWorking = (job) => {
  print.dataset.view = 'working';
  setVideo(null);
  const words = stageWords(job);
  const percent = Math.round((job.progress?.fraction ?? 0) * 100);
  $('stage-words').textContent = words;
  $('time-left').textContent = timeLeft(job.seconds_left);
  $('bar').classList.toggle('unknown', !job.progress);
  $('bar').style.setProperty('--fraction', String(percent / 100));
  $('bar').setAttribute('aria-valuenow', String(percent));
  $('bar').setAttribute('aria-valuetext', `${words}, ${percent} %`);
  $('cancel').disabled = job.cancel_requested;
  print.style.setProperty('--fraction', String(percent / 100));
  say(words.replace(/,? (step|frame) \d+ of \d+/, ''));
  only('status');
};

const recipeWords = ({ seed, engine, seconds, fps, motion, loop, width, height, negative }) =>
  [
    `seed ${seed}`,
    engine,
    `${seconds} s`,
    `${fps} fps`,
    `${width} × ${height}`,
    motion === 1 ? null : `motion ${motion}`,
    loop ? 'loop' : null,
    negative ? `without “${negative}”` : null,
  ]
    .filter(Boolean)
    .join(' · ');

const showOutcome = (job) => {
  const { clip, recipe } = job;
  print.dataset.view = clip ? 'done' : 'ended';
  if (clip?.format === 'mp4') {
    setPhoto(null);
    setVideo(clip.url, clip.thumbnail_url);
    $('video').setAttribute('aria-label', recipe.prompt ? `Your clip: ${recipe.prompt}` : 'Your clip');
  } else {
    setVideo(null);
    if (clip) setPhoto(clip.url, `Your clip: ${recipe.prompt}`);
  }
  if (clip) setAspect(clip.width / clip.height);
  $('result-prompt').textContent = recipe.prompt || 'No words, only the photo';
  $('recipe').textContent = recipeWords(recipe);
  $('notes').replaceChildren(...job.notes.map((note) => Object.assign(document.createElement('li'), { textContent: note.message })));
  $('downloads').hidden = !clip;
  $('download-mp4').href = clipUrl(job.id, 'mp4');
  $('download-gif').href = clipUrl(job.id, 'gif');
  $('again').textContent = clip ? 'Again' : 'Try again';
  showProblem(job.state === 'canceled' ? null : job.error?.message);
  say(clip ? 'Your clip is ready.' : (job.error?.message ?? 'Canceled.'));
  if (job.state === 'canceled') showProblem(job.error?.message ?? 'Canceled. Nothing was charged.');
  only('result');
};

/**
 * @param job as the API shows it
 * @param preview { url, aspect } of the photo as far as this browser still has it; null for a clip from words alone
 */
export const showJob = (job, preview) => {
  reset('working');
  if (!job.clip) {
    setAspect(preview?.aspect ?? job.recipe.width / job.recipe.height);
    setPhoto(preview?.url ?? null, 'Your photo');
    // Nothing to look at yet: the words stand where the clip will be.
    $('scene').hidden = job.has_photo;
    $('scene').textContent = job.recipe.prompt;
  }
  if (isFinal(job.state)) showOutcome(job);
  else showWorking(job);
};
