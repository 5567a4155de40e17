/** Recognises a full disk behind any failure: ours say so by a code, ffmpeg in its last words. */
import { AppError, asAppError, type ErrorCode } from '../core/errors.ts';

const WORDS = /ENOSPC|No space left on device|EDQUOT|Disk quota exceeded/;
/** Causes hold each other's texts, but a circle of them must not be followed for ever. */
const MAX_DEPTH = 8;

const isDiskFull = (error: unknown, depth = 0): boolean =>
  error instanceof Error &&
  depth < MAX_DEPTH &&
  (WORDS.test(`${'code' in error ? String(error.code) : ''} ${error.message}`) || isDiskFull(error.cause, depth + 1));

/**
 * What a thrown value means to the person who waits: NO_SPACE_LEFT when a disk was full, otherwise as `asAppError` has it.
 * @param fallback the code of what is not ours
 */
export const clipError = (thrown: unknown, fallback: ErrorCode): AppError =>
  isDiskFull(thrown) ? new AppError('NO_SPACE_LEFT', {}, { cause: thrown }) : asAppError(thrown, fallback);
