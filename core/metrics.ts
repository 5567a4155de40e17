/** The port of the numbers an operator watches. */

/** A state of a status message was shown, skipped because a newer one came first, put off by the platform, or cannot be shown any more. */
export type EditOutcome = 'shown' | 'skipped' | 'later' | 'dead';

export interface Metrics {
  /** A request was accepted or refused (`outcome` is `accepted` or an error code). */
  request(channel: string, outcome: string): void;
  /** A job reached a final state. `seconds` are null when it never ran. */
  job(engine: string, state: string, seconds: { readonly wait: number | null; readonly render: number | null }): void;
  /** A delivery ended. */
  delivery(channel: string, outcome: string): void;
  refund(reason: string): void;
  edit(channel: string, outcome: EditOutcome): void;
}
