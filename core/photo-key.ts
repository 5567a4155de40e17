/** Where photos lie in the file store. */
import type { PhotoRef } from './request.ts';

/** How long the same photo is put to the same key. */
export const PHOTO_PERIOD_MS = 3_600_000;

/**
 * The same photo sent again within the hour is one file. After its hour a key is never written to any more, so that whoever deletes
 * what nobody needs cannot hit what was put a moment ago: the same bytes could not even be told apart.
 */
export const newPhotoKey = (sha256: string, nowMs: number): string => `photos/${sha256}.${Math.floor(nowMs / PHOTO_PERIOD_MS)}`;

/** Of a job's photo; those of old jobs have a key without an hour. */
export const photoKey = ({ key, sha256 }: PhotoRef): string => key ?? `photos/${sha256}`;
