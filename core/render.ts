/** A job's state in words: status with a step bar, the recipe under a clip, help. Plain text; channels add their own markup. */
import type { EngineManifest } from './engine.ts';
import { noteText } from './errors.ts';
import { aheadText, intervalText } from './fairness.ts';
import { isFinal, type Job, type Standing } from './job.ts';

/** `▰▰▰▱▱▱▱▱▱▱ 30 %` */
export const progressBar = (fraction: number, cells = 10): string => {
  const full = Math.max(0, Math.min(cells, Math.round(fraction * cells)));
  return `${'▰'.repeat(full)}${'▱'.repeat(cells - full)} ${Math.round(Math.max(0, Math.min(1, fraction)) * 100)} %`;
};

/** `about 8 s`, `about 2 min` */
export const timeLeft = (seconds: number): string => (seconds < 90 ? `about ${Math.max(1, Math.round(seconds))} s` : `about ${Math.round(seconds / 60)} min`);

const stageText: Readonly<Record<string, (done: number, total: number, hasPhoto: boolean) => string>> = {
  load: () => 'Waking up the model',
  encode: (_done, _total, hasPhoto) => (hasPhoto ? 'Looking at your photo' : 'Reading your words'),
  denoise: (done, total) => `Imagining the motion, step ${done} of ${total}`,
  render: (done, total) => `Drawing frame ${done} of ${total}`,
  deliver: () => 'Sending your clip',
};

/** What a person reads while the job waits or runs, and when it ended without a clip. */
export const statusText = (job: Job, standing: Standing): string => {
  if (job.state === 'waiting') {
    const line = standing.position <= 1 ? 'You are next' : `Number ${standing.position} in line`;
    if (standing.nobody) return `⏳ ${line} · no worker for this engine (${job.request.engine}) is up right now\nIt starts by itself as soon as there is one.`;
    const { ahead, interval } = standing;
    const left = interval ? intervalText(interval.lowSeconds, interval.highSeconds) : standing.secondsLeft === null ? '' : timeLeft(standing.secondsLeft);
    const why = ahead ? aheadText(ahead) : '';
    return `⏳ ${line}${left === '' ? '' : ` · ready in ${left}`}${why === '' ? '' : `\n${why.charAt(0).toUpperCase()}${why.slice(1)}.`}`;
  }
  if (job.state === 'running') {
    const { progress } = job;
    if (job.cancelRequested) return '🛑 Stopping …';
    if (!progress) return '🎬 Starting …';
    const stage = stageText[progress.stage]?.(progress.done, progress.total, job.photo !== null) ?? 'Working';
    const left = standing.secondsLeft === null ? '' : ` · ${timeLeft(standing.secondsLeft)} left`;
    return `🎬 ${stage}\n${progressBar(progress.fraction)}${left}`;
  }
  if (job.state === 'canceled') return `🛑 ${noteText(job.error ?? { code: 'CANCELED', params: {} })}`;
  if (job.error) return `⚠️ ${noteText(job.error)}`;
  return '✅ Your clip is ready.';
};

export const canCancel = (job: Job): boolean => !isFinal(job.state) && !job.cancelRequested;

const MAX_RECIPE_WORDS = 60;
const shortened = (words: string): string => ([...words].length <= MAX_RECIPE_WORDS ? words : `${[...words].slice(0, MAX_RECIPE_WORDS - 1).join('')}…`);

/** The lines under a finished clip: the words, the recipe, and remarks. */
export const resultText = (job: Job): { readonly prompt: string; readonly recipe: string; readonly notes: readonly string[] } => {
  const { request } = job;
  const parts = [`seed ${request.seed}`, request.engine, `${request.seconds} s`, `${request.fps} fps`];
  if (request.motion !== 1) parts.push(`motion ${request.motion}`);
  if (request.loop) parts.push('loop');
  if (request.negativePrompt) parts.push(`without “${shortened(request.negativePrompt)}”`);
  return { prompt: request.prompt, recipe: parts.join(' · '), notes: job.notes.map(noteText) };
};

/** Alternative text for people who cannot see the clip. */
export const altText = (job: Job): string =>
  `A ${job.request.seconds}-second clip made from ${job.photo ? 'a photo' : 'words'}${job.request.prompt ? `: ${job.request.prompt}` : ''}`
    .slice(0, 1000)
    // not through the middle of a character
    .replace(/[\ud800-\udbff]$/, '');

const takes = { required: 'a photo', optional: 'a photo, or words alone', none: 'words alone' } as const;

/** @param howToAskForWords what a person types or presses for a clip from words alone, for example `/video` */
export const helpText = (manifests: readonly EngineManifest[], howToAskForWords: string): string =>
  [
    'Send me a photo and a few words, and I bring it to life.',
    'Name what should move — clouds, waves, a river, leaves, grass, smoke, fire, a flag — and how the camera should move: zoom in, zoom out, pan left, pan right, tilt up, tilt down, roll.',
    'For example: “waves on the lake, slow zoom in”, “clouds drift to the left, the trees stay still”.',
    manifests.every((m) => m.family === 'motion')
      ? 'I move what is in the photo; I cannot make people smile or dogs run.'
      : 'Motion moves what is in the photo; the other engines imagine what is not.',
    ...(manifests.some((m) => m.inputs.image !== 'required') ? [`For a clip from words alone, without a photo: ${howToAskForWords}.`] : []),
    `Engines: ${manifests.map((m) => `${m.id} (${m.title}: ${takes[m.inputs.image]})`).join(', ')}.`,
  ].join('\n');
