/** Use case: a person asks for a clip. Everything is checked before anything is promised; then one transaction accepts it. */
import { createHash } from 'node:crypto';
import type { Deps } from './deps.ts';
import { findManifest } from './deps.ts';
import { AppError, asAppError } from './errors.ts';
import type { Address, Job, Standing } from './job.ts';
import { checkLength, checkPlace, dailyLimit } from './policy.ts';
import { type ClipOptionsInput, type Origin, type PhotoRef, resolveRequest } from './request.ts';

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
  readonly photo: PhotoSource;
  readonly prompt: string;
  readonly options: ClipOptionsInput;
  readonly maxClipBytes: number;
  readonly parentId?: string;
}

export interface Submitted {
  readonly job: Job;
  readonly standing: Standing;
  /** False when this request had been accepted before. */
  readonly created: boolean;
}

export const photoKey = (sha256: string): string => `photos/${sha256}`;

/**
 * Checks the place, the words, the photo and the quota, then accepts the job.
 * @throws InputError, RefusedError, RemoteError; nothing is kept and nothing charged when it throws
 */
export const submit = async (call: SubmitCall, deps: Deps): Promise<Submitted> => {
  try {
    const submitted = await accept(call, deps);
    if (submitted.created) deps.metrics.request(call.origin.channel, 'accepted');
    return submitted;
  } catch (error) {
    const known = asAppError(error);
    deps.metrics.request(call.origin.channel, known.code);
    if (known.code === 'INTERNAL') deps.log.error({ err: error, requestKey: call.requestKey }, 'submit failed');
    throw known;
  }
};

const accept = async (call: SubmitCall, deps: Deps): Promise<Submitted> => {
  const { store, files, queue, log } = deps;
  const { origin } = call;
  const known = await store.jobs.findByRequestKey(call.requestKey);
  if (known) return { job: known, standing: await store.jobs.standing(known), created: false };

  // Cheap rules first: a refusal must not cost a download.
  const [settings, ban] = await Promise.all([store.places.settings(origin.place), store.places.activeBan(origin.place, origin.user)]);
  checkPlace(settings, ban, origin.room);
  const fallback = settings.defaultEngine ?? deps.manifests[0]?.id ?? '';
  const manifest = findManifest(deps.manifests, call.options.engine ?? fallback);
  // A square stands in for the photo, so that bad words or options are refused before the download too.
  checkLength(
    settings,
    resolveRequest(
      manifest,
      call.prompt,
      withinPlace(call.options, settings.maxSeconds, manifest.options.seconds.default),
      { widthPx: 512, heightPx: 512 },
      () => 0,
    ).seconds,
  );

  const { photo, bytes } = await obtainPhoto(call.photo, deps);
  const request = resolveRequest(manifest, call.prompt, withinPlace(call.options, settings.maxSeconds, manifest.options.seconds.default), photo, deps.newSeed);
  if (bytes) await files.put(photoKey(photo.sha256), bytes);

  const { job, created } = await store.jobs.accept(
    {
      id: deps.newJobId(),
      requestKey: call.requestKey,
      origin,
      address: call.address,
      request,
      photo,
      parentId: call.parentId ?? null,
      maxClipBytes: call.maxClipBytes,
    },
    dailyLimit(settings, deps.quotaDaily),
  );
  if (created) {
    // The job is safe in the database by now; if the queue is away, the sweeper puts it in line later.
    await queue.add(job.id).catch((error: unknown) => log.warn({ err: error, jobId: job.id }, 'queue unavailable; the sweeper will retry'));
  }
  return { job, standing: await store.jobs.standing(job), created };
};

/** Nobody who named no length is refused for the engine's default being longer than the place allows. */
const withinPlace = (options: ClipOptionsInput, maxSeconds: number | null, usualSeconds: number): ClipOptionsInput =>
  options.seconds === undefined && maxSeconds !== null && usualSeconds > maxSeconds ? { ...options, seconds: maxSeconds } : options;

const obtainPhoto = async (source: PhotoSource, deps: Deps): Promise<{ photo: PhotoRef; bytes: Uint8Array | null }> => {
  if (source.kind === 'stored') return { photo: source.photo, bytes: null };
  const bytes = source.kind === 'bytes' ? source.bytes : source.kind === 'lazy' ? await source.fetch() : await deps.downloader.download(source.url);
  const photo = await deps.inspector.inspect(bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== photo.sha256) throw new AppError('INTERNAL');
  return { photo, bytes };
};

/**
 * Use case: the same photo and words once more, by the owner or anybody else who may use the place.
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
      photo: { kind: 'stored', photo: parent.photo },
      prompt: request.prompt,
      options: {
        engine: request.engine,
        seconds: request.seconds,
        fps: request.fps,
        steps: request.steps,
        guidance: request.guidance,
        motion: request.motion,
        loop: request.loop,
        format: request.format,
        widthPx: request.widthPx,
        heightPx: request.heightPx,
        ...(call.seed === 'same' ? { seed: request.seed } : {}),
      },
    },
    deps,
  );
};
