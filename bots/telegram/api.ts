/** The one door to the Bot API: telegraf's client with a deadline on every call and failures that are safe to log. */
import { Telegram } from 'telegraf';

/** `status` is HTTP's or the Bot API's error code, 0 when no answer came. Holds neither the token nor what was sent. */
export class TelegramFailure extends Error {
  readonly method: string;
  readonly status: number;
  readonly description: string;
  /** How long Telegram asks to wait, in milliseconds, or null. */
  readonly retryAfterMs: number | null;
  /** The supergroup that this group has become, or null. */
  readonly migratedTo: number | null;

  constructor(method: string, status: number, description: string, hints: { retry_after?: number; migrate_to_chat_id?: number } = {}) {
    super(`${method}: ${status} ${description}`);
    this.name = 'TelegramFailure';
    this.method = method;
    this.status = status;
    this.description = description;
    this.retryAfterMs = hints.retry_after === undefined ? null : hints.retry_after * 1000;
    this.migratedTo = hints.migrate_to_chat_id ?? null;
  }
}

/** A file to upload under the name of its field; other fields point to it with `attach://<field>`. */
export interface Upload {
  readonly source: Buffer;
  readonly filename: string;
}

export type Payload = Readonly<Record<string, string | number | boolean | object | null | undefined>>;

export interface TelegramApi {
  /** @throws TelegramFailure */
  call<T>(method: string, payload?: Payload, options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<T>;
  /** The address of a file's bytes. It contains the token: never log or keep it. */
  fileUrl(filePath: string): string;
}

const CALL_TIMEOUT_MS = 15_000;

/** @param apiRoot base address of the Bot API server, without a slash at its end */
export const createTelegramApi = (token: string, apiRoot: string): TelegramApi => {
  const client = new Telegram(token, { apiRoot: `${apiRoot}/`, webhookReply: false });
  // telegraf 4.16 types the methods of Bot API 7.1; the contract tests hold every call to the specification of 10.1 instead.
  const callApi = client.callApi.bind(client) as unknown as (method: string, payload: object, options: { signal: AbortSignal }) => Promise<unknown>;
  return {
    async call<T>(
      method: string,
      payload: Payload = {},
      { timeoutMs = CALL_TIMEOUT_MS, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
    ): Promise<T> {
      const timeout = AbortSignal.timeout(timeoutMs);
      const fields = hasUpload(payload) ? withJsonFields(payload) : payload;
      try {
        return (await callApi(method, fields, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout })) as T;
      } catch (error) {
        throw failureOf(method, error);
      }
    },
    fileUrl: (filePath) => `${apiRoot}/file/bot${token}/${filePath.split('/').map(encodeURIComponent).join('/')}`,
  };
};

const isUpload = (value: unknown): value is Upload => typeof value === 'object' && value !== null && 'source' in value;
const hasUpload = (payload: Payload): boolean => Object.values(payload).some(isUpload);

/** In uploads telegraf 4.16 silently drops objects it does not know (reply_parameters), so all of them go as JSON. */
const withJsonFields = (payload: Payload): Payload =>
  Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [name, typeof value === 'object' && value !== null && !isUpload(value) ? JSON.stringify(value) : value]),
  );

/** telegraf's errors carry the payload, which holds the person's words, and network errors may carry the token's URL. */
const failureOf = (method: string, error: unknown): TelegramFailure => {
  if (typeof error === 'object' && error !== null && 'response' in error) {
    const { error_code: status = 0, description = '', parameters } = error.response as { error_code?: number; description?: string; parameters?: object };
    return new TelegramFailure(method, status, description, parameters);
  }
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return new TelegramFailure(method, 0, code ?? (error instanceof Error ? error.name : 'unknown'));
};
