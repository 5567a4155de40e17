/** How long PostgreSQL is waited for, and which of its errors mean that it did not answer. */
import { AppError } from '../errors.ts';

/** Milliseconds. */
export interface Patience {
  /** The server ends a statement after so long. */
  readonly statementMs: number;
  /** The server ends a statement that waits for somebody's lock for so long. */
  readonly lockMs: number;
  /** The server ends the transaction of a process that says nothing for so long, as a stopped machine, and sets free what it locked. */
  readonly idleMs: number;
  /** A server that hangs ends nothing: the client gives a statement and its connection up. */
  readonly answerMs: number;
}

/** Nothing here but a migration, which is not bound by it, takes more than a second; locks are held for milliseconds. */
export const usualPatience: Patience = { statementMs: 30_000, lockMs: 10_000, idleMs: 30_000, answerMs: 40_000 };

/** As `pg` takes it. */
export const timeouts = ({ statementMs, lockMs, idleMs, answerMs }: Patience) => ({
  statement_timeout: statementMs,
  lock_timeout: lockMs,
  idle_in_transaction_session_timeout: idleMs,
  query_timeout: answerMs,
});

/** Connection lost or refused, too many of them, shutting down or starting, canceled by one of the timeouts above; and what the system says. */
const AWAY = /^(08...|53300|57014|57P0[1-3]|55P03|25P0[34]|ECONN\w+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EPIPE)$/;
/** Of errors of `pg` itself, which have no code. */
const SAID = /^(Query read timeout|Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** @returns QueueError DATABASE_AWAY for what another try may mend; every other error as it is */
export const asDatabaseError = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const code = 'code' in error ? String(error.code) : '';
  return AWAY.test(code) || (code === '' && SAID.test(error.message)) ? new AppError('DATABASE_AWAY', {}, { cause: error }) : error;
};

export const isAway = (error: unknown): boolean => error instanceof AppError && error.code === 'DATABASE_AWAY';
