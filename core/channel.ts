/** The port of a place where people talk: shows how a job stands, and brings the outcome back into the same conversation. */
import type { AppError } from './errors.ts';
import type { Job, Standing } from './job.ts';
import type { ChannelName } from './request.ts';

/**
 * How a send ended. `gone`: this conversation can never be reached again; `later`: try again after `retryAfterMs`;
 * `too-large`: the place refused the file for its size.
 */
export type DeliveryResult =
  | { readonly kind: 'delivered'; readonly receipt: string }
  | { readonly kind: 'too-large'; readonly error: AppError }
  | { readonly kind: 'later'; readonly retryAfterMs: number; readonly error: AppError }
  | { readonly kind: 'gone'; readonly error: AppError };

/** The finished file, in memory because both platforms cap uploads far below what a process can hold. */
export interface ClipFile {
  readonly bytes: Uint8Array;
  readonly thumbnail: Uint8Array | null;
}

/** What is known of earlier tries to deliver this outcome, and where every new one is written down, before and after. */
export interface Outbox {
  /** An earlier send was under way when its process died or its connection broke: it may have arrived. */
  readonly mayHaveArrived: boolean;
  /** @param send returns the platform's id of the message */
  log(way: string, send: () => Promise<string>): Promise<string>;
}

/** For a delivery that nobody keeps a record of. */
export const noOutbox: Outbox = { mayHaveArrived: false, log: (_way, send) => send() };

export interface Channel {
  readonly name: ChannelName;
  /** Connects. @returns the line printed at start, for example `connected as Stillmotion#1234` */
  start(): Promise<string>;
  /** Stops taking requests; what runs may finish. Repeatable. */
  stop(): Promise<void>;
  /**
   * Shows what can be asked for now in the platform's command menus, writing only what differs there. Nothing before `start`,
   * which does the same. @throws what the platform answers; `retryAfterMs` when it asks to wait
   */
  refreshMenus?(): Promise<void>;
  /**
   * Best effort: shows position, progress and time left; obeys the platform's rate limits and never throws. Called once more when
   * the job has ended: nothing of it may be shown from then on.
   */
  showStatus(job: Job, standing: Standing): Promise<void>;
  /**
   * Brings the outcome of a finished job into its conversation: the clip when done, otherwise the reason.
   * Must be safe to repeat after a crash between sending and recording.
   */
  deliver(job: Job, clip: ClipFile | null, outbox?: Outbox): Promise<DeliveryResult>;
}
