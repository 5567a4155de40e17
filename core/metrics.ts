/** The port of the numbers an operator watches. */
export interface Metrics {
  /** A request was accepted or refused (`outcome` is `accepted` or an error code). */
  request(channel: string, outcome: string): void;
  /** A job reached a final state. `seconds` are null when it never ran. */
  job(engine: string, state: string, seconds: { readonly wait: number | null; readonly render: number | null }): void;
  /** A delivery ended. */
  delivery(channel: string, outcome: string): void;
  refund(reason: string): void;
  /** A status message was brought up to date, or not: `shown`, `later`, `dead`. */
  edit(channel: string, outcome: string): void;
}
