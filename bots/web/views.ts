/** What the API says: the shapes of its answers as zod schemas, and jobs, engines and balances put into them. */
import { z } from 'zod';
import type { EngineManifest } from '../../core/engine.ts';
import { type Note, noteText } from '../../core/errors.ts';
import { aheadText } from '../../core/fairness.ts';
import { isFinal, type Job, type Standing } from '../../core/job.ts';
import { photoLimits } from '../../core/photo.ts';
import { quotaLine } from '../../core/quota.ts';
import { formats } from '../../core/request.ts';
import type { Balance } from '../../core/store.ts';

/** The named schemas of the OpenAPI document. */
export const schemas = z.registry<{ id: string }>();

const count = z.int().min(0);
const stateView = z.enum(['waiting', 'running', 'done', 'failed', 'refused', 'canceled']);
const noteView = z.object({ code: z.string(), message: z.string() }).register(schemas, { id: 'Note' });
const numberView = z.object({ min: z.number(), max: z.number(), step: z.number(), default: z.number() }).register(schemas, { id: 'NumberOption' });

const problemView = z
  .object({ error: z.object({ code: z.string(), message: z.string(), params: z.record(z.string(), z.union([z.string(), z.number()])) }) })
  .register(schemas, { id: 'Problem' });

export const acceptedView = z
  .object({ id: z.string(), state: stateView, position: count.nullable().describe('1 = next to run, 0 = running, null = finished') })
  .register(schemas, { id: 'Accepted' });

const jobView = z
  .object({
    ...acceptedView.shape,
    seconds_left: z.number().min(0).nullable(),
    ready_in: z.object({ low_seconds: z.number().min(0), high_seconds: z.number().min(0) }).nullable(),
    why: z.string().nullable().describe('Why a waiting clip waits'),
    cancel_requested: z.boolean(),
    created_at: z.iso.datetime(),
    parent_id: z.string().nullable().describe('The job this one was made again from'),
    has_photo: z.boolean().describe('False for a clip from words alone'),
    progress: z
      .object({ stage: z.enum(['load', 'encode', 'denoise', 'render', 'deliver']), done: count, total: count, fraction: z.number().min(0).max(1) })
      .nullable(),
    recipe: z.object({
      engine: z.string(),
      prompt: z.string(),
      negative: z.string(),
      seed: count,
      seconds: z.number(),
      frames: count,
      fps: z.number(),
      steps: count,
      guidance: z.number(),
      motion: z.number(),
      loop: z.boolean(),
      width: count,
      height: count,
      format: z.enum(formats),
    }),
    clip: z
      .object({
        url: z.string(),
        thumbnail_url: z.string(),
        format: z.enum(formats),
        bytes: count,
        width: count,
        height: count,
        seconds: z.number(),
      })
      .nullable(),
    error: noteView.nullable(),
    notes: z.array(noteView),
  })
  .register(schemas, { id: 'Job' });

export const enginesView = z
  .object({
    engines: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        description: z.string(),
        version: z.string(),
        licence: z.string(),
        photo: z.enum(['required', 'optional', 'none']).describe('`none`: a clip from words alone'),
        prompt: z.enum(['required', 'optional', 'none']).describe('`none`: words are taken, but move nothing'),
        negative: z.boolean().describe('Whether it takes words for what should not be in the clip'),
        options: z.object({
          seconds: numberView,
          fps: numberView,
          motion: numberView,
          steps: numberView,
          guidance: numberView,
          width: numberView,
          height: numberView,
          frames: numberView.nullable().describe('Legal frame counts; null: any up to max_frames'),
          loop: z.boolean(),
          format: z.array(z.enum(formats)),
        }),
        max_prompt_characters: count,
        max_frames: count,
        max_pixels_per_frame: count,
      }),
    ),
    photo: z.object({ max_bytes: count, max_pixels: count, min_side: count }),
  })
  .register(schemas, { id: 'Engines' });

const credits = z.number().min(0);

export const quotaView = z
  .object({
    limit: credits.describe('A day; one credit is the default clip of the default engine'),
    used: credits,
    granted: credits,
    pool: credits.describe('Shared with everybody here'),
    left: credits,
    resets_at: z.iso.datetime(),
    time_zone: z.string(),
    text: z.string(),
    why: z.string().optional().describe('What the credits went to, with ?why=true'),
  })
  .register(schemas, { id: 'Quota' });

const channelStatus = z.object({ name: z.string(), state: z.enum(['connected', 'connecting', 'off', 'failed']), detail: z.string() });
z.object({ channels: z.array(channelStatus) }).register(schemas, { id: 'Channels' });

z.object({ ok: z.boolean() }).register(schemas, { id: 'Health' });

export type Problem = z.infer<typeof problemView>;
export type JobView = z.infer<typeof jobView>;
/** How one of the places where people talk stands; `detail` is what a person reads, for example `connected as @name`. */
export type ChannelStatus = z.infer<typeof channelStatus>;

const showNote = (note: Note): z.infer<typeof noteView> => ({ code: note.code, message: noteText(note) });

export const showAccepted = (job: Job, standing: Standing): z.infer<typeof acceptedView> => ({
  id: job.id,
  state: job.state,
  position: isFinal(job.state) ? null : standing.position,
});

export const showJob = (job: Job, standing: Standing): JobView => {
  const { request, clip, progress } = job;
  return {
    ...showAccepted(job, standing),
    seconds_left: isFinal(job.state) ? null : standing.secondsLeft,
    ready_in: standing.interval ? { low_seconds: standing.interval.lowSeconds, high_seconds: standing.interval.highSeconds } : null,
    why: (standing.ahead && aheadText(standing.ahead)) || null,
    cancel_requested: job.cancelRequested,
    created_at: new Date(job.createdAtMs).toISOString(),
    parent_id: job.parentId,
    has_photo: job.photo !== null,
    progress: progress && { stage: progress.stage, done: progress.done, total: progress.total, fraction: progress.fraction },
    recipe: {
      engine: request.engine,
      prompt: request.prompt,
      negative: request.negativePrompt,
      seed: request.seed,
      seconds: request.seconds,
      frames: request.frameCount,
      fps: request.fps,
      steps: request.steps,
      guidance: request.guidance,
      motion: request.motion,
      loop: request.loop,
      width: request.widthPx,
      height: request.heightPx,
      format: request.format,
    },
    clip: clip && {
      url: `/v1/jobs/${job.id}/clip`,
      thumbnail_url: `/v1/jobs/${job.id}/thumbnail`,
      format: clip.format,
      bytes: clip.bytes,
      width: clip.widthPx,
      height: clip.heightPx,
      seconds: clip.seconds,
    },
    error: job.error && showNote(job.error),
    notes: job.notes.map(showNote),
  };
};

export const showEngines = (manifests: readonly EngineManifest[]): z.infer<typeof enginesView> => ({
  engines: manifests.map((manifest) => {
    const { sidePx, seconds, fps, frames = null, motion, steps, guidance, loop } = manifest.options;
    return {
      id: manifest.id,
      title: manifest.title,
      description: manifest.description,
      version: manifest.version,
      licence: manifest.licence,
      photo: manifest.inputs.image,
      prompt: manifest.inputs.text,
      negative: manifest.inputs.negative ?? false,
      options: { seconds, fps, motion, steps, guidance, width: sidePx, height: sidePx, frames, loop, format: [...formats] },
      max_prompt_characters: manifest.maxPromptCharacters,
      max_frames: manifest.maxFrameCount,
      max_pixels_per_frame: manifest.maxPixelsPerFrame,
    };
  }),
  photo: { max_bytes: photoLimits.maxBytes, max_pixels: photoLimits.maxPixels, min_side: photoLimits.minSidePx },
});

export const showQuota = (balance: Balance, nowMs: number, why: string | null = null): z.infer<typeof quotaView> => ({
  limit: balance.limit,
  used: balance.used,
  granted: balance.granted,
  pool: balance.pool,
  left: balance.left,
  resets_at: new Date(balance.resetsAtMs).toISOString(),
  time_zone: balance.zone,
  text: quotaLine(balance, nowMs),
  ...(why === null ? {} : { why }),
});
