/** The port that looks at an uploaded photo before anything is promised. */
import type { PhotoRef } from './request.ts';

/** Limits on what comes in; the same for every way in. */
export const photoLimits = { maxBytes: 15 * 1024 * 1024, maxPixels: 40_000_000, minSidePx: 32 } as const;

export interface PhotoInspector {
  /**
   * Decodes the whole photo once, by content and never by name.
   * @throws InputError PHOTO_EMPTY, PHOTO_TOO_LARGE, PHOTO_TOO_MANY_PIXELS, PHOTO_TOO_SMALL, PHOTO_TYPE, PHOTO_HEIC, PHOTO_BROKEN
   */
  inspect(bytes: Uint8Array): Promise<PhotoRef>;
}

/** Fetches a photo a platform points to. */
export interface PhotoDownloader {
  /** @throws InputError DOWNLOAD_HOST, PHOTO_TOO_LARGE; RemoteError DOWNLOAD_FAILED, DOWNLOAD_TIMEOUT */
  download(url: string, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array>;
}
