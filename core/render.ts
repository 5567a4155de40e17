/** A job's state in words: status with a step bar, the recipe under a clip, help. Plain text; channels add their own markup. */
import type { EngineManifest } from './engine.ts';
import { noteText } from './errors.ts';
import { isFinal, type Job, type Standing } from './job.ts';

/** `▰▰▰▱▱▱▱▱▱▱ 30 %` */
export const progressBar = (fraction: number, cells = 10): string => {
  const full = Math.max(0, Math.min(cells, Math.round(fraction * cells)));
  return `${'▰'.repeat(full)}${'▱'.repeat(cells - full)} ${Math.round(Math.max(0, Math.min(1, fraction)) * 100)} %`;
};

/** `about 8 s`, `about 2 min` */
export const timeLeft = (seconds: number): string => (seconds < 90 ? `about ${Math.max(1, Math.round(seconds))} s` : `about ${Math.round(seconds / 60)} min`);

const stageText: Readonly<Record<string, (done: number, total: number) => string>> = {
  load: () => 'Waking up the model',
  encode: () => 'Looking at your photo',
  denoise: (done, total) => `Imagining the motion, step ${done} of ${total}`,
  render: (done, total) => `Drawing frame ${done} of ${total}`,
  deliver: () => 'Sending your clip',
};

/** What a person reads while the job waits or runs, and when it ended without a clip. */
export const statusText = (job: Job, standing: Standing): string => {
  if (job.state === 'waiting') {
    const line = standing.position <= 1 ? 'You are next' : `Number ${standing.position} in line`;
    return `⏳ ${line}${standing.secondsLeft === null ? '' : ` · ready in ${timeLeft(standing.secondsLeft)}`}`;
  }
  if (job.state === 'running') {
    const { progress } = job;
    if (job.cancelRequested) return '🛑 Stopping …';
    if (!progress) return '🎬 Starting …';
    const stage = stageText[progress.stage]?.(progress.done, progress.total) ?? 'Working';
    const left = standing.secondsLeft === null ? '' : ` · ${timeLeft(standing.secondsLeft)} left`;
    return `🎬 ${stage}\n${progressBar(progress.fraction)}${left}`;
  }
  if (job.state === 'canceled') return '🛑 Canceled. Nothing was charged.';
  if (job.error) return `⚠️ ${noteText(job.error)}`;
  return '✅ Your clip is ready.';
};

export const canCancel = (job: Job): boolean => !isFinal(job.state) && !job.cancelRequested;

/** The lines under a finished clip: the words, the recipe, and remarks. */
export const resultText = (job: Job): { readonly prompt: string; readonly recipe: string; readonly notes: readonly string[] } => {
  const { request } = job;
  const parts = [`seed ${request.seed}`, request.engine, `${request.seconds} s`, `${request.fps} fps`];
  if (request.motion !== 1) parts.push(`motion ${request.motion}`);
  if (request.loop) parts.push('loop');
  return { prompt: request.prompt, recipe: parts.join(' · '), notes: job.notes.map(noteText) };
};

/** Alternative text for people who cannot see the clip. */
export const altText = (job: Job): string =>
  `A ${job.request.seconds}-second clip made from a photo${job.request.prompt ? `: ${job.request.prompt}` : ''}`.slice(0, 1000);

export const helpText = (manifests: readonly EngineManifest[]): string =>
  [
    'Send me a photo and a few words, and I bring it to life.',
    'Name what should move — clouds, waves, a river, leaves, grass, smoke, fire, a flag — and how the camera should move: zoom in, zoom out, pan left, pan right, tilt up, tilt down, roll.',
    'For example: “waves on the lake, slow zoom in”, “clouds drift to the left, the trees stay still”.',
    'I move what is in the photo; I cannot make people smile or dogs run.',
    `Engines: ${manifests.map((m) => `${m.id} (${m.title})`).join(', ')}.`,
  ].join('\n');
