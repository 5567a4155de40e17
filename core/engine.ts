/** The port every image-to-video engine implements, and the manifest that describes one as data. */
import type { Note } from './errors.ts';

/** A bounded number an engine accepts. `step` is the grid that legal values lie on, counted from `min`. */
export interface NumberOption {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly default: number;
}

/** One file of an engine, relative to the engine's model folder. */
export interface ModelFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** An engine as data: commands, checks, help, quotas and the web page are derived from this. */
export interface EngineManifest {
  readonly id: string;
  /** Which program runs it: several bundles of one family are several engines. */
  readonly family: string;
  readonly title: string;
  readonly description: string;
  readonly version: string;
  readonly licence: string;
  /** True when the weights ship with the repository and need no download. */
  readonly embedded: boolean;
  /** `native`: the photo comes at its own resolution, cropped to the clip's aspect; otherwise at the clip's size. */
  readonly inputs: {
    readonly image: 'required' | 'optional' | 'none';
    readonly text: 'required' | 'optional' | 'none';
    readonly native?: boolean;
    readonly negative?: boolean;
  };
  readonly options: {
    readonly seconds: NumberOption;
    readonly fps: NumberOption;
    readonly steps: NumberOption;
    readonly guidance: NumberOption;
    readonly motion: NumberOption;
    /** The clip's width and height in pixels; `default` bounds the longer side when neither is asked for. */
    readonly sidePx: NumberOption;
    /** The size of a clip from words alone when none is asked for; square where this is not known. */
    readonly usualSize?: { readonly widthPx: number; readonly heightPx: number };
    /** Frame counts the engine can make, where it cannot make every one; seconds and fps then only describe them. */
    readonly frames?: NumberOption;
    readonly loop: boolean;
  };
  readonly maxPixelsPerFrame: number;
  readonly maxFrameCount: number;
  readonly maxPromptCharacters: number;
  /** Relative cost of one clip of default length; 1 is the embedded engine. */
  readonly costWeight: number;
  /** Where the files lie: relative to the repository when embedded, otherwise to MODELS_DIR. */
  readonly folder: string;
  readonly files: readonly ModelFile[];
}

/** An upright (EXIF applied), opaque photo: interleaved RGB bytes, row major, widthPx * heightPx * 3 long. */
export interface Photo {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Uint8Array;
}

/** What an engine is asked to generate; every value has been checked against the manifest. */
export interface GenerateRequest {
  /** Null for engines that make a clip from words alone. */
  readonly photo: Photo | null;
  readonly prompt: string;
  /** What the clip should not show; empty where nothing was said. */
  readonly negativePrompt: string;
  /** 0 .. 2^32 - 1. The same seed, request and engine version give the same frames. */
  readonly seed: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly seconds: number;
  readonly fps: number;
  readonly frameCount: number;
  readonly steps: number;
  readonly guidance: number;
  /** Multiplies every displacement: 0 still, 1 as the words say, 2 twice as much. */
  readonly motion: number;
  readonly loop: boolean;
}

export type Stage = 'load' | 'encode' | 'denoise' | 'render' | 'deliver';

/** `done` of `total` units of a stage; `fraction` is of the whole job, 0..1, never falling. */
export interface Progress {
  readonly stage: Stage;
  readonly done: number;
  readonly total: number;
  readonly fraction: number;
}

/** Receives named float32 tensors of a run; the CLI writes them as `.npy`. */
export type Trace = (name: string, data: Float32Array | Uint8Array, dims: readonly number[]) => void | Promise<void>;

/** How far denoising has got: everything that the steps before `step` left behind. */
export interface Checkpoint {
  /** The step to go on with. */
  readonly step: number;
  /** The latents, then whatever the engine's scheduler remembers. */
  readonly tensors: readonly Float32Array[];
}

export interface Checkpoints {
  /** Of an earlier attempt at the very same request, or null. */
  readonly last: Checkpoint | null;
  /** Takes copies; cheap to call after every step. */
  save(checkpoint: Checkpoint): void;
}

export interface GenerateContext {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly trace?: Trace;
  readonly checkpoints?: Checkpoints;
}

/** Planar YUV 4:2:0 frames (BT.709 limited range), each widthPx * heightPx * 3 / 2 bytes, in order of time. */
export interface FrameStream {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly fps: number;
  readonly frameCount: number;
  readonly pixelFormat: 'i420';
  /** A yielded frame must stay unchanged: it may still be on its way to the encoder when the next one is drawn. */
  readonly frames: AsyncIterable<Uint8Array>;
  /** What the first frame loses of its photo by colour at half the size: mean squared error over red, green and blue, 0..255. Left out when unknown. */
  readonly colourLoss?: number;
  /** Things the person should be told about the result, for example that nothing in the photo could move as asked. */
  readonly notes: readonly Note[];
}

export interface Engine {
  readonly manifest: EngineManifest;
  /** Opens the sessions; repeatable. @throws EngineError MODEL_MISSING, MODEL_CORRUPT */
  load(): Promise<void>;
  /** @throws CanceledError within one step of the signal; EngineError NAN_OUTPUT */
  generate(request: GenerateRequest, context: GenerateContext): Promise<FrameStream>;
  /** Releases everything; repeatable. */
  dispose(): Promise<void>;
}
