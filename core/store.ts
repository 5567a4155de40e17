/** The ports of everything that is kept: jobs with their quota, settings, bans, the audit trail, and files. */
import type { Progress } from './engine.ts';
import type { Note } from './errors.ts';
import type { Address, ClipRef, DeliveryState, Job, JobState, Standing } from './job.ts';
import type { EntryKind } from './ledger.ts';
import type { Quote, Rate } from './prediction.ts';
import type { ChannelName, ClipRequest, Origin, PhotoRef } from './request.ts';
import type { Settings } from './settings.ts';
import type { WorkerStore } from './workers.ts';

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
  /** What it costs and is expected to take; without one it counts as the default clip of the default engine. */
  readonly quote?: Quote;
}

/** How a running job ended. */
export type Outcome =
  | {
      readonly state: 'done';
      readonly clip: ClipRef;
      readonly notes: readonly Note[];
      /** The share of the quoted work that was done, 0 to 1; 1 unless the worker knows better. */
      readonly usedShare?: number;
    }
  | {
      readonly state: 'canceled';
      readonly error: Note;
      /** The share of the quoted work that was done when it stopped, 0 to 1; what was saved last unless the worker knows better. */
      readonly usedShare?: number;
    }
  /** Costs nothing, however much was done. */
  | { readonly state: 'failed' | 'refused'; readonly error: Note };

/** A person's allowance in one place. All numbers are credits, rounded down to hundredths. */
export interface Balance {
  readonly limit: number;
  readonly used: number;
  /** Extra credits granted by a moderator that are left; they do not expire. */
  readonly granted: number;
  /** What the place's common pool still holds today. */
  readonly pool: number;
  readonly left: number;
  readonly resetsAtMs: number;
  /** The time zone whose midnight that is. */
  readonly zone: string;
}

/** One thing that happened to a person's credits in a place. */
export interface LedgerEntry {
  readonly atMs: number;
  readonly kind: EntryKind;
  readonly jobId: string | null;
  /** Positive in the person's favour; milliseconds of rendering. */
  readonly amountMs: number;
  /** What was set aside and is now counted as used, for `settle` and `cancel`. */
  readonly usedMs: number;
  readonly actor: string;
  readonly reason: string;
}

export interface DeliveryDetail {
  /** The platform's id of the message that holds the clip. */
  readonly receipt?: string;
  /** With `pending`: not before this moment. */
  readonly retryAtMs?: number;
  readonly error?: Note;
}

/** Stands for what was read about a request together with its circumstances; only `accept` of the same store can look into it. */
export type Seen = object;

/** What decides about a request before anything costs something, as of one moment. */
export interface Circumstances {
  /** The job that this very request has become before. */
  readonly known: Job | null;
  readonly settings: Settings;
  /** Active now. */
  readonly ban: Ban | null;
  readonly rates: readonly Rate[];
  readonly seen: Seen;
}

export interface Accepted {
  readonly job: Job;
  readonly standing: Standing;
  /** False when the request had been accepted before. */
  readonly created: boolean;
}

/** A job in the hands of a worker. */
export interface Claimed extends Job {
  /** This one, and the earlier attempts that were not given back: whoever held them died over the job, or failed. */
  readonly tries: number;
}

export interface JobStore {
  circumstances(requestKey: string, place: string, user: string): Promise<Circumstances>;
  /**
   * One transaction: the job's row, its hold, its place in line and its first event, or nothing.
   * @param limit credits this person has per day in this place
   * @param seen of this request's circumstances: saves reading again what has not changed since
   * @throws RefusedError QUOTA_EXCEEDED, QUOTA_TOO_LITTLE, QUEUE_FULL_PERSON, QUEUE_FULL_PLACE
   */
  accept(draft: JobDraft, limit: DailyLimit, caps?: WaitingCaps, seen?: Seen): Promise<Accepted>;
  find(id: string): Promise<Job | null>;
  findByRequestKey(requestKey: string): Promise<Job | null>;
  /** Unfinished jobs of a person in a place, newest first. */
  unfinishedOf(user: string, place: string): Promise<readonly Job[]>;
  standing(job: Job): Promise<Standing>;
  /** Of several jobs in their order, looking at the line once. */
  standings(jobs: readonly Job[]): Promise<readonly Standing[]>;
  /** Gives this very job to a worker (attempt + 1), or null when it is finished already. */
  claim(id: string): Promise<Claimed | null>;
  /**
   * What a worker does next (attempt + 1): the job that was being made under this ticket when its worker died, else the one whose
   * turn it is; null when nobody waits.
   * @param ticket the id of the queue's message, which only says that there is work
   * @param engines what this worker holds; every engine unless given
   */
  claimNext(ticket: string, engines?: readonly string[]): Promise<Claimed | null>;
  /** The oldest waiting job that another living worker could make and one with only these engines could not, or null. */
  someoneElses(engines: readonly string[]): Promise<string | null>;
  /** Ignored when `attempt` no longer holds the job. */
  saveProgress(id: string, attempt: number, progress: Progress): Promise<void>;
  isCancelRequested(id: string): Promise<boolean>;
  /** One transaction: the state, settle or refund, delivery pending. Null when `attempt` no longer holds the job. */
  finish(id: string, attempt: number, outcome: Outcome): Promise<Job | null>;
  /** Puts an unfinished job back in line, for a worker that is told to stop. The attempt is over for good, and is no try. */
  release(id: string, attempt: number): Promise<void>;
  /** A waiting job is canceled and refunded at once; a running one is flagged for its worker; a finished one is returned as it is. */
  cancel(id: string): Promise<Job | null>;
  saveAddress(id: string, address: Address): Promise<void>;
  /** The person's newest finished clip; one that never reached them comes before all that did. */
  uncollected(user: string): Promise<Job | null>;
  /** Sends a finished clip anew, to another place; what is known of earlier sends does not count for it. @throws InputError JOB_UNKNOWN when it was deleted meanwhile */
  redeliver(id: string, address: Address, maxClipBytes: number): Promise<void>;
  /** Waiting jobs, the next to run first. */
  waiting(limit: number): Promise<readonly Job[]>;
  /**
   * Jobs changed after `cursor`; 0 starts and returns the unfinished ones. Every change is returned at least once; a job may
   * come again with the `revision` it had, because transactions do not commit in the order in which they numbered their rows.
   */
  changedSince(cursor: number): Promise<{ readonly jobs: readonly Job[]; readonly cursor: number }>;
  /** Outcomes due to be sent; nobody else is handed them for `leaseMs`. */
  takeDeliveries(channels: readonly ChannelName[], leaseMs: number, most: number): Promise<readonly Job[]>;
  /** What is still being sent is nobody else's for so long again. */
  holdDelivery(id: string, leaseMs: number): Promise<void>;
  saveDelivery(id: string, state: DeliveryState, detail: DeliveryDetail): Promise<void>;
  /** Ids to put in the queue again: of waiting jobs, and the tickets of running ones that showed no sign of life for `silentMs`. */
  undispatched(silentMs: number): Promise<readonly string[]>;
  markDeleted(id: string): Promise<void>;
  counts(): Promise<Readonly<Record<JobState, number>>>;
  /** How long the oldest waiting job has been waiting; 0 when none waits. */
  oldestWaitingMs(): Promise<number>;
}

/** Credits per day, and whose pool they come from. */
export interface DailyLimit {
  /** One credit is the default clip of the default engine. */
  readonly clips: number;
  /** `place`: the place has its own allowance; `personal`: the operator's, shared by all places without their own. */
  readonly scope: 'place' | 'personal';
  /** IANA name of the time zone whose midnight starts it anew; UTC unless given. */
  readonly zone?: string;
  /** Credits a day that the place's people share beyond their own; none unless given. */
  readonly poolClips?: number;
}

/** How many jobs may wait. */
export interface WaitingCaps {
  /** Of one person in one place. */
  readonly perPerson: number;
  readonly perPlace: number;
  /** Of one person in all places together; `perPerson` unless given. */
  readonly perPersonEverywhere?: number;
}

export interface LedgerStore {
  balance(user: string, place: string, limit: DailyLimit): Promise<Balance>;
  /** What happened to a person's credits, the latest first. @param place only there; null = everywhere */
  entries(user: string, place: string | null, limit: number): Promise<readonly LedgerEntry[]>;
  /** Gives back what a clip cost that could not be brought home, once. @returns milliseconds given back */
  refundLost(jobId: string, reason: string): Promise<number>;
  /** Adds credits that do not expire, for this place only. */
  grant(entry: { user: string; place: string; clips: number; actor: string; reason: string }): Promise<void>;
  /** Gives back what the person used today in this place. @returns credits given back */
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
  /**
   * A place has become another one: its settings, bans, allowances, pools, grants, learnt ceiling, jobs and audit trail go along, in one
   * transaction. What the new place has of its own already counts. @returns false when that was known
   */
  move(from: string, to: string): Promise<boolean>;
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
  /** When a finished clip was asked for once more the last time, or null. */
  collectedAtMs(jobId: string): Promise<number | null>;
  /** The most bytes a place has proved to take lately, or null before anything was refused there. */
  ceiling(place: string): Promise<number | null>;
  learnCeiling(place: string, bytes: number): Promise<void>;
  /** How many places have one. */
  learntCeilings(): Promise<number>;
}

/** What a platform handed over and would not hand over again: kept until it has been dealt with. */
export interface InboxStore {
  /** @returns false when this update has been here before */
  put(channel: ChannelName, key: string, payload: unknown, leaseMs: number): Promise<boolean>;
  /** Keeps all of them at once, or none. @returns the keys that have not been here before */
  putAll(channel: ChannelName, updates: readonly { readonly key: string; readonly payload: unknown }[], leaseMs: number): Promise<Set<string>>;
  /** Says that this process is still at it. */
  renew(channel: ChannelName, keys: readonly string[], leaseMs: number): Promise<void>;
  done(channel: ChannelName, key: string): Promise<void>;
  /** Updates whose process died over them, handed to nobody else for `leaseMs`. */
  abandoned(channel: ChannelName, leaseMs: number): Promise<readonly { readonly key: string; readonly payload: unknown }[]>;
}

/** What must be kept, and for how long; see `retention.ts`. */
export interface RetentionStore {
  /** Removes from view, as their owners could, jobs that ended before a moment and whose outcome is home or given up. @returns how many */
  retire(endedBeforeMs: number): Promise<number>;
  /** Of these jobs, those whose clips somebody may still ask for, or may have asked for since `sinceMs`. */
  clipsNeeded(jobIds: readonly string[], sinceMs: number): Promise<ReadonlySet<string>>;
  /** Of these photos, by their sha256, those of which a clip is to be made or may be made again, or might have been since `sinceMs`. */
  photosNeeded(sha256s: readonly string[], sinceMs: number): Promise<ReadonlySet<string>>;
  /** Of these jobs, those that have not ended. */
  unfinished(jobIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Work that one process of several does now and then. */
export interface ChoreStore {
  /**
   * Takes a chore, once within `everyMs` among all processes.
   * @returns 0 when it is the caller's, else milliseconds until somebody may take it
   */
  take(name: string, everyMs: number): Promise<number>;
}

/** What was learnt about durations. */
export interface PredictionStore {
  rates(): Promise<readonly Rate[]>;
  /** How many clips were ready within the interval that was told when they were asked for. */
  calibration(): Promise<{ readonly inside: number; readonly total: number }>;
}

export interface Store {
  readonly jobs: JobStore;
  readonly predictions: PredictionStore;
  readonly ledger: LedgerStore;
  readonly places: PlaceStore;
  readonly deliveries: DeliveryStore;
  readonly inbox: InboxStore;
  readonly workers: WorkerStore;
  readonly chores: ChoreStore;
  readonly retention: RetentionStore;
  close(): Promise<void>;
}

/** Photos and clips. Keys are our own (`photos/<sha256>.<hour>`, `clips/<job id>.mp4`), never names from outside. */
export interface FileStore {
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Moves a local file in; atomic: a reader sees all of it or nothing. */
  putFile(key: string, path: string): Promise<void>;
  get(key: string): Promise<Uint8Array | null>;
  /** A local path from which the file can be read, or null. */
  localPath(key: string): Promise<string | null>;
  remove(key: string): Promise<void>;
  /** Every file, in no particular order. */
  list(): AsyncIterable<StoredFile>;
  /** Removes a file unless it has been put again since it was listed. @returns false when it was, and is kept */
  removeUnchanged(file: StoredFile): Promise<boolean>;
  /** Clears away what processes that died left half written before a moment, and copies that nobody needs. */
  tidy(beforeMs: number): Promise<void>;
}

export interface StoredFile {
  readonly key: string;
  /** When it was put last. */
  readonly modifiedAtMs: number;
}
