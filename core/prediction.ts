/** How long a clip will take and what it costs: the manifest's cost weight times the work, corrected by what was measured. Pure. */
import { fitLength, fitSize, type Size } from './clip-shape.ts';
import type { EngineManifest } from './engine.ts';
import { CREDIT_MS } from './ledger.ts';
import type { ClipRequest } from './request.ts';

/** What was measured for one engine at one size of frame. */
export interface Rate {
  readonly engine: string;
  /** See `sizeClass`. */
  readonly size: number;
  /** Measured over nominal duration of the latest clips, oldest first, at most `WINDOW`. */
  readonly ratios: readonly number[];
}

/** How many of the latest measurements count: few enough to follow a machine that changed, enough for a tenth at each end. */
export const WINDOW = 32;
/** With fewer measurements of its own kind a price stays with the manifest's cost weight. */
const ENOUGH = 8;
/** Measurements move a price by this much at most, so that a machine in trouble cannot make clips unaffordable. */
const MAX_CORRECTION = 4;
/** Even the smallest clip needs a worker, a download and a message. */
const MIN_PRICE_MS = CREDIT_MS / 20;

/** Adds a measurement to a window; what is not a duration changes nothing. */
export const learn = (window: readonly number[], ratio: number, size = WINDOW): readonly number[] =>
  Number.isFinite(ratio) && ratio > 0 ? [...window, ratio].slice(-size) : window;

/** The value below which the share `q` of the samples lies, interpolated. @param samples not empty */
export const quantile = (samples: readonly number[], q: number): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = Math.max(0, Math.min(1, q)) * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? 0;
  return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? low) - low);
};

/** Frames of about the same area cost about the same per pixel: 0 for 64×64, one more for every doubling of the area. */
export const sizeClass = ({ widthPx, heightPx }: Size): number => Math.max(0, Math.round(Math.log2((widthPx * heightPx) / 4096)));

const areaOf = ({ widthPx, heightPx }: Size): number => widthPx * heightPx;

/** A photo of the same aspect that is large enough for whatever the engine makes by default. */
const enlarged = (photo: Size | null): Size | null => {
  if (!photo) return null;
  const factor = Math.max(1, 8192 / Math.max(photo.widthPx, photo.heightPx));
  return { widthPx: Math.round(photo.widthPx * factor), heightPx: Math.round(photo.heightPx * factor) };
};

type Work = Pick<ClipRequest, 'widthPx' | 'heightPx' | 'frameCount' | 'steps'>;

/** Frames and steps against the engine's default clip. */
const lengthOf = (work: Work, manifest: EngineManifest): number =>
  (work.frameCount / fitLength(manifest, {}).frameCount) * (Math.max(1, work.steps) / Math.max(1, manifest.options.steps.default));

/** What the clip would take if the manifest's cost weight were exact and the default clip of weight 1 took `CREDIT_MS`. */
export const nominalMs = (work: Work, photo: Size | null, manifest: EngineManifest): number =>
  CREDIT_MS * manifest.costWeight * lengthOf(work, manifest) * (areaOf(work) / areaOf(fitSize(enlarged(photo), manifest, {})));

/** Of the same engine and size, else of the engine's nearest size, else of the machine at large. */
const nearest = (rates: readonly Rate[], engine: string, size: number): Rate | undefined =>
  rates
    .filter((rate) => rate.ratios.length > 0)
    .sort((a, b) => Number(b.engine === engine) - Number(a.engine === engine) || Math.abs(a.size - size) - Math.abs(b.size - size) || a.size - b.size)[0];

/** @returns expected render-milliseconds; `measured` false while nothing at all was measured on this installation */
export const predict = (engine: string, size: number, nominal: number, rates: readonly Rate[]): { readonly ms: number; readonly measured: boolean } => {
  const rate = nearest(rates, engine, size);
  return { ms: nominal * (rate ? quantile(rate.ratios, 0.5) : 1), measured: rate !== undefined };
};

/** A clip's frames against those that the engine's default clip of the same photo has; a photo too small for them costs no more for it. */
const sizeFactor = (work: Work, photo: Size | null, manifest: EngineManifest): number => {
  const natural = areaOf(fitSize(photo, manifest, {}));
  const usual = areaOf(fitSize(enlarged(photo), manifest, {}));
  const area = areaOf(work);
  return area <= natural ? area / natural : Math.max(1, area / usual);
};

/** What a job is expected to take and is charged, fixed when it is asked for. */
export interface Quote {
  /** What is set aside for it. */
  readonly priceMs: number;
  readonly nominalMs: number;
  readonly predictedMs: number;
  readonly size: number;
  /** The person's share when the place weighs roles; 1 is everybody's. */
  readonly weight: number;
}

/** The default clip of the default engine before anything was measured. */
export const usualQuote: Quote = { priceMs: CREDIT_MS, nominalMs: CREDIT_MS, predictedMs: CREDIT_MS, size: 8, weight: 1 };

/**
 * The quote of a request. The default clip of the default engine costs exactly one credit whatever the photo and the machine;
 * everything else costs what it is expected to take against that clip.
 * @param usual the manifest of the default engine
 * @param weight the person's share among others in the place, for places that weigh roles
 */
export const quote = (request: ClipRequest, photo: Size | null, manifest: EngineManifest, usual: EngineManifest, rates: readonly Rate[], weight = 1): Quote => {
  const nominal = nominalMs(request, photo, manifest);
  const size = sizeClass(request);
  const relative = (manifest.costWeight / usual.costWeight) * lengthOf(request, manifest) * sizeFactor(request, photo, manifest);
  return {
    priceMs: Math.max(MIN_PRICE_MS, Math.round(CREDIT_MS * relative * correction(manifest.id, size, usual.id, rates))),
    nominalMs: nominal,
    predictedMs: Math.max(1, Math.round(predict(manifest.id, size, nominal, rates).ms)),
    size,
    weight,
  };
};

/** How much more an engine really takes than its cost weight says, against the default engine; the default engine is its own measure. */
const correction = (engine: string, size: number, usual: string, rates: readonly Rate[]): number => {
  if (engine === usual) return 1;
  const own = rates.find((rate) => rate.engine === engine && rate.size === size)?.ratios ?? [];
  const reference = rates.filter((rate) => rate.engine === usual).flatMap((rate) => rate.ratios);
  if (own.length < ENOUGH || reference.length < ENOUGH) return 1;
  return Math.min(MAX_CORRECTION, Math.max(1 / MAX_CORRECTION, quantile(own, 0.5) / quantile(reference, 0.5)));
};

/** How far off a promise may be, by what promises of its kind were off: factors on the expected time. */
export interface Spread {
  readonly low: number;
  readonly high: number;
}

/** How many clips are ahead says how uncertain a promise is: 0, 1 to 3, 4 to 15, more. */
export const waitClass = (ahead: number): number => (ahead <= 0 ? 0 : ahead <= 3 ? 1 : ahead <= 15 ? 2 : 3);

/** Promises are remembered longer than durations: they are off in waves, when many people come at once. */
export const SPREAD_WINDOW = 256;

/** Cut off at each end of what was seen; more than half of the fifth that may be missed is left for what was never seen before. */
const TAIL = 0.035;

/** @param ratios true over expected times of promises of the same class */
export const spreadOf = (ratios: readonly number[]): Spread =>
  ratios.length < ENOUGH ? { low: 0.5, high: 2 } : { low: quantile(ratios, TAIL), high: quantile(ratios, 1 - TAIL) };
