/** A request for a clip as it arrives over HTTP: a form with a photo, JSON with a link, or either without, turned into the words of the use cases. */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { parseOptions } from '../../core/commands.ts';
import type { EngineManifest } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';
import { photoLimits } from '../../core/photo.ts';
import type { ClipOptionsInput } from '../../core/request.ts';
import type { PhotoSource } from '../../core/submit.ts';
import { problem } from './problem.ts';

/** Room for the words, the options and the form's own lines around the photo. */
const MARGIN_BYTES = 256 * 1024;

/** Several times as many as there are fields. */
const MAX_PARTS = 100;

export type Wanted = { readonly prompt: string; readonly options: ClipOptionsInput } /** Null for a clip from words alone. */ & (
  | { readonly photo: PhotoSource | null }
  /** The photo of an earlier job, so that new words need no second upload. */
  | { readonly photoOf: string }
);

const megabytes = (bytes: number): number => Math.round((bytes / 1024 / 1024) * 10) / 10;

/** Refuses a body that cannot hold an acceptable photo, while it streams in. */
export const photoBodyLimit: MiddlewareHandler = bodyLimit({
  maxSize: photoLimits.maxBytes + MARGIN_BYTES,
  onError: (c) => {
    const maxMb = megabytes(photoLimits.maxBytes);
    const lengthBytes = Number(c.req.header('content-length'));
    return problem(c, new AppError('PHOTO_TOO_LARGE', { gotMb: lengthBytes > 0 ? megabytes(lengthBytes) : `more than ${maxMb}`, maxMb }));
  },
});

const jsonBody = z
  .object({ prompt: z.string().optional(), image: z.string().optional(), image_url: z.string().optional(), photo_of: z.string().optional() })
  .catchall(z.union([z.string(), z.number(), z.boolean()]));

const malformed = (trouble: string, cause?: unknown): AppError => new AppError('REQUEST_MALFORMED', { problem: trouble }, { cause });

/** The body as JSON of a given shape. @throws InputError REQUEST_MALFORMED */
export const readJson = async <T>(c: Context, schema: z.ZodType<T>): Promise<T> => {
  const body: unknown = await c.req.json().catch((error: unknown) => {
    throw malformed('the body is not valid JSON', error);
  });
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw malformed(`${issue?.path.join('.').slice(0, 40) || 'the body'}: ${issue?.message ?? 'unexpected'}`);
};

/** Parsing hundreds of thousands of tiny parts would hold up everybody; a delimiter is found a thousand times faster. */
const refuseManyParts = (bytes: Buffer, type: string): void => {
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? [];
  const delimiter = `--${quoted ?? bare ?? ''}`;
  let parts = 0;
  for (let at = bytes.indexOf(delimiter); at !== -1; at = bytes.indexOf(delimiter, at + delimiter.length)) {
    if (++parts > MAX_PARTS) throw malformed('the form has too many fields');
  }
};

const readForm = async (c: Context): Promise<{ fields: Map<string, string>; file: File | null }> => {
  const type = c.req.header('content-type') ?? '';
  const cutOff = (error: unknown): never => {
    throw malformed('the form is broken or was cut off', error);
  };
  const bytes = Buffer.from(await c.req.arrayBuffer().catch(cutOff));
  refuseManyParts(bytes, type);
  const form = await new Response(bytes, { headers: { 'Content-Type': type } }).formData().catch(cutOff);
  const fields = new Map<string, string>();
  let file: File | null = null;
  for (const [name, value] of form) {
    if (fields.has(name) || (name === 'image' && file)) throw malformed(`the field ${name.slice(0, 40)} is given twice`);
    if (typeof value === 'string') fields.set(name, value);
    else if (name === 'image') file = value;
    else throw malformed(`the field ${name.slice(0, 40)} cannot be a file`);
  }
  return { fields, file };
};

/**
 * Reads `POST /v1/jobs`.
 * @throws InputError REQUEST_MALFORMED, and what `parseOptions` throws
 */
export const readWanted = async (c: Context, manifests: readonly EngineManifest[]): Promise<Wanted> => {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  let file: File | null = null;
  let fields: Map<string, string>;
  if (type === 'multipart/form-data') ({ fields, file } = await readForm(c));
  else if (type === 'application/json') {
    const body = await readJson(c, jsonBody);
    fields = new Map(Object.entries(body).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
  } else throw malformed('send multipart/form-data or application/json');

  const { prompt = '', image, image_url: imageUrl, photo_of: photoOf, ...options }: Record<string, string> = Object.fromEntries(fields);
  const wanted = { prompt, options: parseOptions(options, manifests) };
  const url = imageUrl ?? image;
  if (file) return { ...wanted, photo: { kind: 'bytes', bytes: new Uint8Array(await file.arrayBuffer()) } };
  if (url) return { ...wanted, photo: { kind: 'url', url } };
  if (photoOf) return { ...wanted, photoOf };
  return { ...wanted, photo: null };
};

/** The caller's `Idempotency-Key`, or null. @throws InputError REQUEST_MALFORMED */
export const idempotencyKey = (c: Context): string | null => {
  const key = c.req.header('idempotency-key');
  if (key === undefined) return null;
  if (!/^[\x21-\x7e]{1,128}$/.test(key)) throw malformed('Idempotency-Key must be 1 to 128 visible characters');
  return key;
};

/** The first language of `Accept-Language` as a BCP 47 tag; English when there is none. */
export const localeOf = (c: Context): string =>
  /^\s*([a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3})\s*(?:[,;]|$)/i.exec(c.req.header('accept-language') ?? '')?.[1] ?? 'en';
