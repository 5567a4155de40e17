/** A job: its record, its states, and which state may follow which. */
import type { Progress } from './engine.ts';
import type { Note } from './errors.ts';
import type { Ahead } from './fairness.ts';
import type { ClipFormat, ClipRequest, Origin, PhotoRef } from './request.ts';

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'refused' | 'canceled';

/** Legal transitions. `running → running` is another attempt after a crash; `running → waiting` a worker told to stop. */
export const transitions: Readonly<Record<JobState, readonly JobState[]>> = {
  waiting: ['running', 'failed', 'refused', 'canceled'],
  running: ['waiting', 'running', 'done', 'failed', 'refused', 'canceled'],
  done: [],
  failed: [],
  refused: [],
  canceled: [],
};

export const isFinal = (state: JobState): boolean => transitions[state].length === 0;

/** A finished clip in the file store. */
export interface ClipRef {
  readonly key: string;
  readonly format: ClipFormat;
  readonly bytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly seconds: number;
  readonly fps: number;
  readonly frameCount: number;
  /** JPEG preview of the first frame, at most 320 pixels and 200 kB. */
  readonly thumbnailKey: string;
}

/** `none`: nothing to say yet; `pending`: the outcome must reach the conversation; `delivered`, `lost`: final. */
export type DeliveryState = 'none' | 'pending' | 'delivered' | 'lost';

/** What a channel needs to find the conversation again; opaque to the domain, plain JSON. */
export type Address = Readonly<Record<string, string | number | boolean | null>>;

export interface Job {
  /** 16 letters and digits; safe in URLs, button ids and file names, and unguessable. */
  readonly id: string;
  readonly state: JobState;
  readonly origin: Origin;
  readonly address: Address;
  readonly request: ClipRequest;
  /** Null for a clip from words alone. */
  readonly photo: PhotoRef | null;
  readonly parentId: string | null;
  /** The most bytes the place takes for one file. */
  readonly maxClipBytes: number;
  readonly progress: Progress | null;
  /** How often a worker has taken this job; also the fencing token of the worker that holds it. */
  readonly attempt: number;
  readonly cancelRequested: boolean;
  readonly clip: ClipRef | null;
  /** Set when failed, refused or canceled. */
  readonly error: Note | null;
  /** Remarks that go with the clip. */
  readonly notes: readonly Note[];
  readonly delivery: DeliveryState;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  /** The owner removed the clip from view. */
  readonly deleted: boolean;
  /** Grows with every change of the job. */
  readonly revision: number;
}

/** Where a waiting or running job stands. */
export interface Standing {
  /** 1 = next to run; 0 = running. */
  readonly position: number;
  /** Estimated seconds until the clip is ready, or null before anything was measured. */
  readonly secondsLeft: number | null;
  /** Four of five clips are ready within it; absent before anything was measured. */
  readonly interval?: { readonly lowSeconds: number; readonly highSeconds: number };
  /** No worker that could make it is up. */
  readonly nobody?: true;
  /** Why it waits. */
  readonly ahead?: Ahead;
}
