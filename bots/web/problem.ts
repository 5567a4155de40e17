/** Failures as HTTP answers: which status a catalogue code gets, and the JSON body that carries its sentence. */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type AppError, asAppError, catalogue, type ErrorCode, noteText } from '../../core/errors.ts';
import type { Problem } from './views.ts';

const byClass: Readonly<Record<(typeof catalogue)[ErrorCode]['class'], ContentfulStatusCode>> = {
  InputError: 422,
  RefusedError: 403,
  EngineError: 500,
  RemoteError: 502,
  MediaError: 500,
  ChannelError: 502,
  QueueError: 500,
  ConfigError: 500,
  CanceledError: 409,
};

const byCode: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  REQUEST_MALFORMED: 400,
  PHOTO_MISSING: 400,
  PHOTO_TOO_LARGE: 413,
  PHOTO_TOO_MANY_PIXELS: 413,
  PHOTO_TYPE: 415,
  PHOTO_HEIC: 415,
  JOB_UNKNOWN: 404,
  JOB_FINISHED: 409,
  CLIP_NOT_READY: 409,
  UNAUTHORIZED: 401,
  QUOTA_EXCEEDED: 429,
  QUOTA_TOO_LITTLE: 429,
  QUEUE_FULL_PERSON: 429,
  QUEUE_FULL_PLACE: 429,
  QUEUE_UNAVAILABLE: 503,
  DOWNLOAD_TIMEOUT: 504,
};

export const statusOf = (error: AppError): ContentfulStatusCode => byCode[error.code] ?? byClass[catalogue[error.code].class];

/** @param status overrides the code's usual one, for a malformed request that HTTP has a more exact word for */
export const problem = (c: Context, thrown: unknown, status?: ContentfulStatusCode): Response => {
  const error = asAppError(thrown);
  const body: Problem = { error: { code: error.code, message: noteText(error), params: error.params } };
  if (error.code === 'UNAUTHORIZED') c.header('WWW-Authenticate', 'Bearer');
  return c.json(body, status ?? statusOf(error));
};
