/** The ports of everything that is kept: jobs with their quota, settings, bans, the audit trail, and files. */
import type { Progress } from './engine.ts';
import type { Note } from './errors.ts';
import type { Address, ClipRef, DeliveryState, Job, JobState, Standing } from './job.ts';
import type { ChannelName, ClipRequest, Origin, PhotoRef } from './request.ts';
import type { Settings } from './settings.ts';

/** A job before the database has accepted it. */
export interface JobDraft {
  readonly id: string;
  /** The platform's id of the request; a second draft with the same key returns the first job. */
  readonly requestKey: string;
  readonly origin: Origin;
  readonly address: Address;
  readonly request: ClipRequest;
  readonly photo: PhotoRef | null;
  readonly parentId: string | null;
  readonly maxClipBytes: number;
}

/** How a running job ended. */
export type Outcome =
  | { readonly state: 'done'; readonly clip: ClipRef; readonly notes: readonly Note[] }
  | { readonly state: 'failed' | 'refused' | 'canceled'; readonly error: Note };

/** A person's allowance in one place. All numbers are clips. */
export interface Balance {
  readonly limit: number;
  readonly used: number;
  /** Extra clips granted by a moderator that are left; they do not expire. */
  readonly granted: number;
  readonly left: number;
  readonly resetsAtMs: number;
}

export interface DeliveryDetail {
  /** The platform's id of the message that holds the clip. */
  readonly receipt?: string;
  /** With `pending`: not before this moment. */
  readonly retryAtMs?: number;
  readonly error?: Note;
}

export interface JobStore {
  /**
   * One transaction: the job's row, its quota hold and its first event, or nothing.
   * @param limit clips this person may make per day in this place
   * @throws RefusedError QUOTA_EXCEEDED
   */
  accept(draft: JobDraft, limit: DailyLimit): Promise<{ readonly job: Job; readonly created: boolean }>;
  find(id: string): Promise<Job | null>;
  findByRequestKey(requestKey: string): Promise<Job | null>;
  /** Unfinished jobs of a person in a place, newest first. */
  unfinishedOf(user: string, place: string): Promise<readonly Job[]>;
  standing(job: Job): Promise<Standing>;
  /** Gives the job to a worker (attempt + 1), or null when it is finished already. */
  claim(id: string): Promise<Job | null>;
  /** Ignored when `attempt` no longer holds the job. */
  saveProgress(id: string, attempt: number, progress: Progress): Promise<void>;
  isCancelRequested(id: string): Promise<boolean>;
  /** One transaction: the state, settle or refund, delivery pending. Null when `attempt` no longer holds the job. */
  finish(id: string, attempt: number, outcome: Outcome): Promise<Job | null>;
  /** Puts an unfinished job back in line as if this attempt had not been; for a worker that is told to stop. */
  release(id: string, attempt: number): Promise<void>;
  /** A waiting job is canceled and refunded at once; a running one is flagged for its worker; a finished one is returned as it is. */
  cancel(id: string): Promise<Job | null>;
  saveAddress(id: string, address: Address): Promise<void>;
  /** Waiting jobs, the next to run first. */
  waiting(limit: number): Promise<readonly Job[]>;
  /**
   * Jobs changed after `cursor`; 0 starts and returns the unfinished ones. Every change is returned at least once; a job may
   * come again with the `revision` it had, because transactions do not commit in the order in which they numbered their rows.
   */
  changedSince(cursor: number): Promise<{ readonly jobs: readonly Job[]; readonly cursor: number }>;
  /** Outcomes due to be sent; nobody else is handed them for `leaseMs`. */
  takeDeliveries(channels: readonly ChannelName[], leaseMs: number): Promise<readonly Job[]>;
  saveDelivery(id: string, state: DeliveryState, detail: DeliveryDetail): Promise<void>;
  /** Ids to put in line again: waiting ones, and running ones that showed no sign of life for `silentMs`. */
  undispatched(silentMs: number): Promise<readonly string[]>;
  markDeleted(id: string): Promise<void>;
  counts(): Promise<Readonly<Record<JobState, number>>>;
}

/** Clips per day, and whose pool they come from. */
export interface DailyLimit {
  readonly clips: number;
  /** `place`: the place has its own allowance; `personal`: the operator's, shared by all places without their own. */
  readonly scope: 'place' | 'personal';
}

export interface LedgerStore {
  balance(user: string, place: string, limit: DailyLimit): Promise<Balance>;
  /** Adds clips that do not expire, for this place only. */
  grant(entry: { user: string; place: string; clips: number; actor: string; reason: string }): Promise<void>;
  /** Gives back what the person used today in this place. @returns clips given back */
  resetDay(entry: { user: string; place: string; actor: string; limit: DailyLimit }): Promise<number>;
}

export interface Ban {
  readonly user: string;
  readonly place: string;
  readonly reason: string;
  readonly untilMs: number | null;
  readonly actor: string;
}

export interface AuditEntry {
  readonly place: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly detail: string;
  readonly atMs: number;
}

/** Every change writes its audit row in the same transaction. */
export interface PlaceStore {
  settings(place: string): Promise<Settings>;
  /** Reads, changes and writes in one transaction, so that two moderators never overwrite each other. */
  changeSettings(place: string, change: (current: Settings) => Settings, audit: Omit<AuditEntry, 'atMs' | 'place'>): Promise<Settings>;
  activeBan(place: string, user: string): Promise<Ban | null>;
  ban(ban: Ban): Promise<void>;
  /** @returns false when nobody was banned */
  unban(place: string, user: string, actor: string): Promise<boolean>;
  audit(place: string, limit: number): Promise<readonly AuditEntry[]>;
}

/** One try to bring an outcome home; `outcome` is null while it is under way, and for ever if the process died meanwhile. */
export interface Send {
  /** `edit`, `post`, `thread parent`, `direct`, … */
  readonly way: string;
  readonly outcome: string | null;
  readonly receipt: string | null;
}

export interface DeliveryStore {
  /** Written before anything leaves. @returns the id for `endSend` */
  beginSend(jobId: string, way: string): Promise<number>;
  /** @param outcome `sent`, or why not @param receipt the platform's id of the message */
  endSend(id: number, outcome: string, receipt?: string): Promise<void>;
  /** In order of time. */
  sends(jobId: string): Promise<readonly Send[]>;
  /** The most bytes a place has proved to take lately, or null before anything was refused there. */
  ceiling(place: string): Promise<number | null>;
  learnCeiling(place: string, bytes: number): Promise<void>;
}

/** What a platform handed over and would not hand over again: kept until it has been dealt with. */
export interface InboxStore {
  /** @returns false when this update has been here before */
  put(channel: ChannelName, key: string, payload: unknown, leaseMs: number): Promise<boolean>;
  done(channel: ChannelName, key: string): Promise<void>;
  /** Updates whose process died over them, handed to nobody else for `leaseMs`. */
  abandoned(channel: ChannelName, leaseMs: number): Promise<readonly { readonly key: string; readonly payload: unknown }[]>;
}

export interface Store {
  readonly jobs: JobStore;
  readonly ledger: LedgerStore;
  readonly places: PlaceStore;
  readonly deliveries: DeliveryStore;
  readonly inbox: InboxStore;
  close(): Promise<void>;
}

/** Photos and clips. Keys are our own (`photos/<sha256>`, `clips/<job id>.mp4`), never names from outside. */
export interface FileStore {
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Moves a local file in; atomic: a reader sees all of it or nothing. */
  putFile(key: string, path: string): Promise<void>;
  get(key: string): Promise<Uint8Array | null>;
  /** A local path from which the file can be read, or null. */
  localPath(key: string): Promise<string | null>;
  remove(key: string): Promise<void>;
}
