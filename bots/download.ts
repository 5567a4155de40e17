/** Downloads photos that a platform points to: from known hosts only, over https, bounded in bytes and time. */
import { AppError } from '../core/errors.ts';
import type { PhotoDownloader } from '../core/photo.ts';

export interface DownloaderOptions {
  /** Origins besides the platforms' own; these may be http, for example `http://127.0.0.1:4001` in a test. */
  readonly allowedOrigins: readonly string[];
  readonly maxBytes: number;
  /** For the whole download, from the first byte sent to the last one received. */
  readonly timeoutMs: number;
}

/** Where Discord and Telegram keep what people send; `images-ext` is Discord's own copy of pictures behind links. */
const PLATFORM_ORIGINS: readonly string[] = [
  'https://cdn.discordapp.com',
  'https://media.discordapp.net',
  'https://images-ext-1.discordapp.net',
  'https://images-ext-2.discordapp.net',
  'https://api.telegram.org',
];

/**
 * No error and no cause ever holds more of an address than its host: Telegram's paths contain the bot's token, Discord's a
 * signature.
 */
export const createDownloader = ({ allowedOrigins, maxBytes, timeoutMs }: DownloaderOptions): PhotoDownloader => {
  const origins = new Set([...PLATFORM_ORIGINS, ...allowedOrigins]);

  const checked = (text: string): URL => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (!url || url.username || url.password || !origins.has(url.origin)) {
      throw new AppError('DOWNLOAD_HOST', { host: url?.host.slice(0, 80) || 'there' });
    }
    return url;
  };

  const tooLarge = (gotBytes: number): AppError => new AppError('PHOTO_TOO_LARGE', { gotMb: megabytes(gotBytes), maxMb: megabytes(maxBytes) });

  const read = async (url: URL, signal: AbortSignal): Promise<Uint8Array> => {
    const response = await fetch(url, { redirect: 'manual', credentials: 'omit', signal, headers: { accept: 'image/*' } });
    const { body, status } = response;
    const declaredBytes = Number(response.headers.get('content-length') ?? 0);
    if (status !== 200 || !body) {
      await body?.cancel();
      throw new AppError('DOWNLOAD_FAILED', { reason: status >= 300 && status < 400 ? 'it was moved' : `status ${status}` });
    }
    if (declaredBytes > maxBytes) {
      await body.cancel();
      throw tooLarge(declaredBytes);
    }
    const chunks: Uint8Array[] = [];
    let gotBytes = 0;
    for await (const chunk of body) {
      gotBytes += chunk.length;
      // Leaving the loop cancels the rest of the download.
      if (gotBytes > maxBytes) throw tooLarge(gotBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  };

  return {
    async download(text, options = {}) {
      const url = checked(text);
      const timeout = AbortSignal.timeout(timeoutMs);
      const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
      try {
        return await read(url, signal);
      } catch (error) {
        if (error instanceof AppError) throw error;
        if (options.signal?.aborted) throw new AppError('CANCELED');
        if (timeout.aborted) throw new AppError('DOWNLOAD_TIMEOUT', { seconds: timeoutMs / 1000 });
        throw new AppError('DOWNLOAD_FAILED', { reason: reasonOf(error) });
      }
    },
  };
};

const megabytes = (bytes: number): number => Math.round((bytes / (1024 * 1024)) * 10) / 10;

/** The system's code of a network error (`ECONNREFUSED`); its message may hold the address. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? code : 'the connection broke';
};
