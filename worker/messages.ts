/** What the inference process and its parent say to each other, checked on arrival on both sides. */
import { z } from 'zod';
import type { EngineManifest, Progress } from '../core/engine.ts';
import type { Note } from '../core/errors.ts';
import type { ClipRequest } from '../core/request.ts';
import { type ClipTask, type Made, timedStages } from './make-clip.ts';
import type { ResidencyOptions } from './residency.ts';

export interface InferenceTask extends ClipTask {
  readonly jobId: string;
  /** Folder for the tensors of the run, when they are wanted. */
  readonly trace?: string | undefined;
}

const count = z.int().nonnegative();
const format = z.enum(['mp4', 'gif']);
const note: z.ZodType<Note> = z.object({ code: z.string(), params: z.record(z.string(), z.union([z.string(), z.number()])) });
const progress: z.ZodType<Progress> = z.object({
  stage: z.enum(['load', 'encode', 'denoise', 'render', 'deliver']),
  done: count,
  total: count,
  fraction: z.number().min(0).max(1),
});

const request: z.ZodType<ClipRequest> = z.object({
  engine: z.string(),
  prompt: z.string(),
  negativePrompt: z.string(),
  seconds: z.number(),
  fps: z.number(),
  frameCount: count,
  seed: count,
  steps: count,
  guidance: z.number(),
  motion: z.number(),
  widthPx: count,
  heightPx: count,
  loop: z.boolean(),
  format,
});

const task: z.ZodType<InferenceTask> = z.object({
  jobId: z.string(),
  request,
  photoPath: z.string().nullable(),
  directory: z.string(),
  maxBytes: count,
  trace: z.string().optional(),
});

const made: z.ZodType<Made> = z.object({
  clip: z.object({
    path: z.string(),
    thumbnailPath: z.string(),
    format,
    bytes: count,
    widthPx: count,
    heightPx: count,
    seconds: z.number(),
    fps: z.number(),
    frameCount: count,
  }),
  notes: z.array(note),
  timingsMs: z.record(z.enum(timedStages), z.number()),
});

/** The child's first message. Manifests are our own data and travel as they are. */
const start = z.object({
  type: z.literal('start'),
  options: z.object({
    manifests: z.array(z.custom<EngineManifest>((value) => typeof value === 'object' && value !== null && 'id' in value)),
    modelsDir: z.string(),
    providers: z.array(z.string()),
    threads: count,
  }) satisfies z.ZodType<ResidencyOptions>,
  ffmpegPath: z.string().nullable(),
});

export const toChild = z.discriminatedUnion('type', [
  start,
  z.object({ type: z.literal('run'), task }),
  z.object({ type: z.literal('cancel'), jobId: z.string() }),
]);

export const toParent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), jobId: z.string(), progress }),
  /** A new checkpoint lies in the task's directory. */
  z.object({ type: z.literal('checkpoint'), jobId: z.string(), step: count }),
  z.object({ type: z.literal('done'), jobId: z.string(), made }),
  /** `detail` is for the log only. */
  z.object({ type: z.literal('failed'), jobId: z.string(), error: note, detail: z.string() }),
  z.object({ type: z.literal('log'), level: z.enum(['debug', 'info', 'warn', 'error']), fields: z.record(z.string(), z.unknown()), message: z.string() }),
]);

export type ToChild = z.infer<typeof toChild>;
export type ToParent = z.infer<typeof toParent>;
