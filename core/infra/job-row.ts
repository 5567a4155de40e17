/** A job as a row of the database, and as the domain knows it. */
import type { Progress } from '../engine.ts';
import type { Note } from '../errors.ts';
import type { Address, ClipRef, DeliveryState, Job, JobState } from '../job.ts';
import type { ChannelName, ClipRequest, PhotoRef } from '../request.ts';
import type { LineJob } from './line-store.ts';
import type { MeasuredJob } from './prediction-store.ts';

export interface JobRow extends LineJob, MeasuredJob {
  id: string;
  state: JobState;
  channel: ChannelName;
  place: string;
  room: string;
  user_id: string;
  user_name: string;
  locale: string;
  address: Address;
  request: ClipRequest;
  /** JSON `null`, not SQL's, for a clip from words alone. */
  photo: PhotoRef | null;
  parent_id: string | null;
  max_clip_bytes: number;
  progress: Progress | null;
  attempt: number;
  cancel_requested: boolean;
  clip: ClipRef | null;
  error: Note | null;
  notes: Note[];
  delivery: DeliveryState;
  /** What the platform called it when it arrived first; set for good. */
  delivery_receipt: string | null;
  created_at_ms: number;
  started_at_ms: number | null;
  finished_at_ms: number | null;
  deleted: boolean;
  revision: number | string;
}

export const toJob = (row: JobRow): Job => ({
  id: row.id,
  state: row.state,
  origin: { channel: row.channel, place: row.place, room: row.room, user: row.user_id, userName: row.user_name, locale: row.locale },
  address: row.address,
  // Jobs from before engines took words to avoid know none.
  request: { ...row.request, negativePrompt: row.request.negativePrompt ?? '' },
  photo: row.photo,
  parentId: row.parent_id,
  maxClipBytes: row.max_clip_bytes,
  progress: row.progress,
  attempt: row.attempt,
  cancelRequested: row.cancel_requested,
  clip: row.clip,
  error: row.error,
  notes: row.notes,
  delivery: row.delivery,
  createdAtMs: row.created_at_ms,
  startedAtMs: row.started_at_ms,
  finishedAtMs: row.finished_at_ms,
  deleted: row.deleted,
  revision: Number(row.revision),
});
