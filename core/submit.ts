/** Use case: a person asks for a clip. Everything is checked before anything is promised; then one transaction accepts it. */
import { createHash } from 'node:crypto';
import type { Size } from './clip-shape.ts';
import type { Deps } from './deps.ts';
import type { NumberOption } from './engine.ts';
import { chooseEngine } from './engine-choice.ts';
import { AppError, asAppError } from './errors.ts';
import type { Address } from './job.ts';
import { newPhotoKey, photoKey } from './photo-key.ts';
import { checkLength, checkPlace, dailyLimit, roleMultiple, usualCaps, waitingCaps } from './policy.ts';
import { quote } from './prediction.ts';
import { type ClipOptionsInput, type ClipRequest, type Origin, type PhotoRef, resolveRequest } from './request.ts';
import type { Accepted } from './store.ts';

export type PhotoSource =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'url'; readonly url: string }
  /** Fetched only when everything else has been found in order. */
  | { readonly kind: 'lazy'; readonly fetch: () => Promise<Uint8Array> }
  | { readonly kind: 'stored'; readonly photo: PhotoRef };

export interface SubmitCall {
  readonly origin: Origin;
  readonly address: Address;
  /** The platform's id of this request (interaction, update); repeating it never makes a second job. */
  readonly requestKey: string;
  /** Null for a clip from words alone. */
  readonly photo: PhotoSource | null;
  readonly prompt: string;
  readonly options: ClipOptionsInput;
  readonly maxClipBytes: number;
  readonly parentId?: string;
}

export type Submitted = Accepted;

/** A role without an allowance may still spend what it was granted, and then has some turn in line. */
const MIN_WEIGHT = 0.1;

/**
 * Checks the place, the words, the photo and the quota, then accepts the job.
 * @throws InputError, RefusedError, RemoteError; nothing is charged and no job is kept when it throws; a photo that was stored goes with the next round of retention
 */
export const submit = async (call: SubmitCall, deps: Deps): Promise<Submitted> => {
  try {
    const submitted = await accept(call, deps);
    if (submitted.created) deps.metrics.request(call.origin.channel, 'accepted');
    return submitted;
  } catch (error) {
    const known = asAppError(error);
    deps.metrics.request(call.origin.channel, known.code);
    if (known.code === 'INTERNAL' || known.code === 'DATABASE_AWAY') deps.log.error({ err: error, requestKey: call.requestKey }, 'submit failed');
    throw known;
  }
};

const accept = async (call: SubmitCall, deps: Deps): Promise<Submitted> => {
  const { store, files, queue, log } = deps;
  const { origin } = call;
  const { known, settings, ban, rates, seen } = await store.jobs.circumstances(call.requestKey, origin.place, origin.user);
  if (known) return { job: known, standing: await store.jobs.standing(known), created: false };

  // Cheap rules first: a refusal must not cost a download.
  checkPlace(settings, ban, origin.room);
  const manifest = chooseEngine(deps.manifests, call.options.engine, settings.defaultEngine, call.photo !== null);
  const options = withinPlace(call.options, settings.maxSeconds, manifest.options.seconds);
  const resolve = (photo: Size | null): ClipRequest => resolveRequest(manifest, call.prompt, options, photo, deps.newSeed, settings.maxSeconds);
  // A square stands in for a photo that is yet to come, so that bad words or options are refused before the download too.
  const early = resolve(call.photo && (call.photo.kind === 'stored' ? call.photo.photo : { widthPx: 512, heightPx: 512 }));
  checkLength(settings, early.seconds);

  const { photo, bytes } = call.photo ? await obtainPhoto(call.photo, deps) : { photo: null, bytes: null };
  const request = photo && bytes ? resolve(photo) : early;
  if (photo && bytes) await files.put(photoKey(photo), bytes);

  const usual = deps.manifests[0] ?? manifest;
  const accepted = await store.jobs.accept(
    {
      id: deps.newJobId(),
      requestKey: call.requestKey,
      origin,
      address: call.address,
      request,
      photo,
      parentId: call.parentId ?? null,
      maxClipBytes: call.maxClipBytes,
      quote: quote(request, photo, manifest, usual, rates, Math.max(MIN_WEIGHT, roleMultiple(settings, origin.roles))),
    },
    dailyLimit(settings, deps.quotaDaily, deps.quotaPlaceMax, origin.roles),
    waitingCaps(settings, deps.waitingCaps ?? usualCaps),
    seen,
  );
  const { job, created } = accepted;
  // The job is safe in the database by now, so nobody waits for the queue; if that is away, the sweeper puts the job in line later.
  if (created)
    queue.add(job.id, { later: true }).catch((error: unknown) => log.warn({ err: error, jobId: job.id }, 'queue unavailable; the sweeper will retry'));
  return accepted;
};

/** Nobody who named no length is refused for the engine's default being longer than the place allows. */
const withinPlace = (options: ClipOptionsInput, maxSeconds: number | null, { default: usual, min }: NumberOption): ClipOptionsInput =>
  options.seconds === undefined && options.frames === undefined && maxSeconds !== null && usual > maxSeconds
    ? { ...options, seconds: Math.max(min, maxSeconds) }
    : options;

const obtainPhoto = async (source: PhotoSource, deps: Deps): Promise<{ photo: PhotoRef; bytes: Uint8Array | null }> => {
  if (source.kind === 'stored') return { photo: source.photo, bytes: null };
  const bytes = source.kind === 'bytes' ? source.bytes : source.kind === 'lazy' ? await source.fetch() : await deps.downloader.download(source.url);
  const photo = await deps.inspector.inspect(bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== photo.sha256) throw new AppError('INTERNAL');
  return { photo: { ...photo, key: newPhotoKey(sha256, deps.clock.nowMs()) }, bytes };
};

/**
 * Use case: the same photo, if there was one, and the same words once more, by the owner or anybody else who may use the place.
 * @param seed `same` keeps the recipe's seed, `new` draws one
 * @throws InputError JOB_UNKNOWN, and everything `submit` throws
 */
export const again = async (
  call: Omit<SubmitCall, 'photo' | 'prompt' | 'options' | 'parentId'> & { readonly jobId: string; readonly seed: 'same' | 'new' },
  deps: Deps,
): Promise<Submitted> => {
  const parent = await deps.store.jobs.find(call.jobId);
  if (!parent || parent.deleted) throw new AppError('JOB_UNKNOWN');
  const { request } = parent;
  return submit(
    {
      ...call,
      parentId: parent.id,
      photo: parent.photo && { kind: 'stored', photo: parent.photo },
      prompt: request.prompt,
      options: {
        engine: request.engine,
        seconds: request.seconds,
        frames: request.frameCount,
        fps: request.fps,
        steps: request.steps,
        guidance: request.guidance,
        motion: request.motion,
        loop: request.loop,
        negative: request.negativePrompt,
        format: request.format,
        widthPx: request.widthPx,
        heightPx: request.heightPx,
        ...(call.seed === 'same' ? { seed: request.seed } : {}),
      },
    },
    deps,
  );
};
