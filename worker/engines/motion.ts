/** The embedded engine: a diffusion model draws a field of motion for the photo, and a renderer moves the photo's own pixels along it. */
import { readFile } from 'node:fs/promises';
import type { FrameStream, GenerateContext, GenerateRequest, Photo, Stage, Trace } from '../../core/engine.ts';
import { AppError, type Note } from '../../core/errors.ts';
import { openBundle } from '../onnx/bundle.ts';
import { type Outputs, openSession, type Session } from '../onnx/session.ts';
import { believeStill } from '../parts/believe-words.ts';
import { findFaces } from '../parts/face-finder.ts';
import type { EngineFactory } from '../parts/factory.ts';
import { namedClasses } from '../parts/named-classes.ts';
import { asksForPeople, knowFaces } from '../parts/people.ts';
import { settleField } from '../parts/settle-field.ts';
import { FIELD_SECONDS, SWING_MULTIPLES, usualStart } from '../parts/swing-start.ts';
import { createTokenizer, type Vocabulary } from '../parts/tokenizer.ts';
import { type ReadRows, toldToStay } from '../parts/told-to-stay.ts';
import { startDpmSolver } from '../schedulers/dpm-solver-multistep.ts';
import { karrasSigmas } from '../schedulers/karras.ts';
import { allFinite, clamp, scale, smoothStep } from '../tensor/ops.ts';
import { random } from '../tensor/random.ts';
import { type FloatTensor, integers, tensor, vector } from '../tensor/tensor.ts';
import { type CameraMove, cameraPath, gateCamera, isStill, isWholePhoto } from '../vision/camera.ts';
import { toLab } from '../vision/cielab.ts';
import { LOOKS, mergeLooks, takeLooks } from '../vision/closer-look.ts';
import { openComposer, type Sheets } from '../vision/compose.ts';
import { closestColour, crisp, type Share } from '../vision/crisp.ts';
import { coverCrop, proxySize } from '../vision/geometry.ts';
import { resample, toPlanes } from '../vision/resample.ts';

/** vocabulary.json: the tokenizer's words, and how the denoiser's numbers become displacements. */
interface MotionVocabulary extends Vocabulary {
  readonly decode: {
    readonly velocityScale: number;
    readonly oscillationScale: number;
    readonly flickerScale: number;
    readonly deadZone: number;
  };
}

const graphs = ['text', 'image', 'denoiser', 'prepare', 'frame', 'pnet', 'rnet', 'onet'] as const;
type Sessions = Record<(typeof graphs)[number], Session>;

/** What prepare.onnx hands to frame.onnx. */
const FIELDS = ['low', 'flow', 'wave_layer', 'wave_still', 'lit', 'relief', 'common'] as const;
const FIELD_DIMS = [1, 15, 32, 32] as const;
const CAMERA_DIMS = [1, 8] as const;
const CLASS_COUNT = 13;
/** Side of the grid on which the encoder tells classes, depth and sway. */
const CLASS_SIDE = 64;
/** Places in the text program: amplitudes of the classes but the first, direction of drift, camera hint. */
const PROGRAM = { amplitudes: [0, 12], drift: [12, 14], camera: [14, 22] } as const;
const IMAGE_SIDE = 128;
/** The longer side on which fields, masks and depth are worked out, whatever the size of the clip. */
const PROXY_SIDE = 320;
const SIGMA = { min: 0.05, max: 40, rho: 7 } as const;
/** Multiplies what was sampled: on development photos most swings were seen only from here on. They start from the photo, not around it. */
const SWING = 1.75;
/** Below these shares of the frame (light: of its brightness) nobody would see a movement. */
const VISIBLE = { flow: 0.004, wave: 0.0012, light: 0.06 } as const;
/** Swings, in grid units, from which sampling begins to soften what swings, and where it does so in full. */
const SWAY_SEEN = { from: 0.0005, to: 0.003 } as const;
/** Deviation of the logarithm of how lively a clip is: the renderer brings every motion to its usual size, and winds differ. */
const PACE = 0.14;
const PUSH_IN: CameraMove = { pan: 0, tilt: 0, zoom: 0.35, roll: 0, dolly: 0.35, orbit: 0, crane: 0, handheld: 0 };
/** Shares of the whole job, for the progress. */
const SHARE = { encode: 0.02, denoise: 0.1 } as const;

/** Measures of how much moves that prepare.onnx puts out, in this order; lengths as shares of the frame. */
const readActivity = (values: Float32Array) => {
  const [cycles = 1, flow = 0, waveLayer = 0, waveStill = 0, light = 0] = values;
  return { cycles, flow, waveLayer, waveStill, light };
};

export const createMotionEngine: EngineFactory = ({ manifest, folder, providers, threads, log }) => {
  let loaded: { sessions: Sessions; vocabulary: MotionVocabulary } | undefined;

  const load = async () => {
    if (loaded !== undefined) return loaded;
    const path = await openBundle(manifest, folder);
    const vocabulary = JSON.parse(await readFile(path('vocabulary.json'), 'utf8')) as MotionVocabulary;
    const sessions: Partial<Sessions> = {};
    for (const name of graphs) sessions[name] = await openSession(path(`${name}.onnx`), { providers, threads, log });
    loaded = { sessions: sessions as Sessions, vocabulary };
    return loaded;
  };

  const generate = async (request: GenerateRequest, { signal, onProgress, trace }: GenerateContext): Promise<FrameStream> => {
    const report = (stage: Stage, done: number, total: number, fraction: number): void => onProgress({ stage, done, total, fraction });
    const { sessions, vocabulary } = await load();

    // 1 check inputs
    stopWhenCanceled(signal);
    const { widthPx, heightPx, frameCount, seconds, loop, motion } = request;
    const source = checkRequest(request);

    // 2 encode the words and the photo
    const tokenIds = createTokenizer(vocabulary)(request.prompt);
    await trace?.('token_ids', Float32Array.from(tokenIds), [1, tokenIds.length]);
    const text = await sessions.text.run({ token_ids: integers(tokenIds, [1, tokenIds.length]) });
    const [context, heard] = [finite(text.float('context')), finite(text.float('program'))];
    const wishes = await toldToStay(tokenIds, heard.data, vocabulary, rowReader(sessions.text, vocabulary));
    const program = tensor(Float32Array.of(...wishes.amplitudes, ...heard.data.subarray(wishes.amplitudes.length)), heard.dims);
    const photo = resample(source, coverCrop(source, request), widthPx, heightPx);
    const seen = await sessions.image.run({ image: tensor(takeLooks(photo, IMAGE_SIDE), [LOOKS, 3, IMAGE_SIDE, IMAGE_SIDE]) });
    const looks = tensor(mergeLooks(finite(seen.float('segmentation')).data), [1, CLASS_COUNT, CLASS_SIDE, CLASS_SIDE]);
    const lab = toLab(toPlanes(photo, CLASS_SIDE, CLASS_SIDE));
    const named = namedClasses(believeStill(looks, wishes.still).data, lab, wishes.amplitudes);
    const faces = asksForPeople(wishes.amplitudes) ? await findFaces(photo, sessions, signal) : [];
    const segmentation = tensor(knowFaces(named, looks.data, lab, wishes.amplitudes, faces), looks.dims);
    const [features, depth, sway] = (['features', 'depth', 'sway'] as const).map((name) => firstOf(finite(seen.float(name)))) as [
      FloatTensor,
      FloatTensor,
      FloatTensor,
    ];
    await traceAll(trace, { context, program, features, segmentation, depth, sway });
    report('encode', 1, 1, SHARE.encode);

    // 3 schedule
    const sigmas = karrasSigmas(request.steps, SIGMA);

    // 4 noise from the seed: first the field, then the camera
    const noise = random(request.seed);
    const startField = noise.normal(15 * 32 * 32);
    const startCamera = noise.normal(8);
    const pace = Math.exp(PACE * clamp(noise.normal(1)[0] as number, -2, 2));
    await traceAll(trace, { initial_noise_field: tensor(startField, FIELD_DIMS), initial_noise_camera: tensor(startCamera, CAMERA_DIMS) });
    let field = scale(startField, SIGMA.max);
    let camera = scale(startCamera, SIGMA.max);

    // 5 denoise
    const fieldSolver = startDpmSolver(sigmas);
    const cameraSolver = startDpmSolver(sigmas);
    for (let step = 0; step < request.steps; step++) {
      stopWhenCanceled(signal);
      const clean = await sessions.denoiser.run({
        field: tensor(field, FIELD_DIMS),
        camera: tensor(camera, CAMERA_DIMS),
        sigma: vector(sigmas[step] as number),
        guidance: vector(request.guidance),
        ...{ program, features, segmentation, depth, sway },
      });
      field = fieldSolver.step(step, field, finite(clean.float('field_denoised')).data);
      camera = cameraSolver.step(step, camera, finite(clean.float('camera_denoised')).data);
      const number = String(step).padStart(2, '0');
      await traceAll(trace, { [`latents_field_${number}`]: tensor(field, FIELD_DIMS), [`latents_camera_${number}`]: tensor(camera, CAMERA_DIMS) });
      report('denoise', step + 1, request.steps, SHARE.encode + (SHARE.denoise * (step + 1)) / request.steps);
    }
    field = settleField(field, program.data, { segmentation, sway }, noise, vocabulary.decode);
    await traceAll(trace, { field: tensor(field, FIELD_DIMS), camera: tensor(camera, CAMERA_DIMS) });

    // 6 from fields to something to look at, once per clip
    stopWhenCanceled(signal);
    const { velocityScale, oscillationScale, flickerScale, deadZone } = vocabulary.decode;
    const proxy = proxySize(request, PROXY_SIDE);
    const repeats = Math.max(1, Math.round(seconds / FIELD_SECONDS));
    const prepared = await sessions.prepare.run({
      photo: tensor(photo.rgb, [heightPx, widthPx, 3]),
      proxy: tensor(toPlanes(photo, proxy.widthPx, proxy.heightPx), [1, 3, proxy.heightPx, proxy.widthPx]),
      field: tensor(field, FIELD_DIMS),
      decode: vector(velocityScale, oscillationScale, flickerScale, deadZone),
      strength: strengths(program.data),
      swing: vector(SWING * motion * pace),
      reach: vector(repeats * motion * pace),
      drift: vector(...program.data.subarray(...PROGRAM.drift)),
      ...{ segmentation, depth, sway },
    });
    const activity = readActivity(finite(prepared.float('activity')).data);
    const fields = Object.fromEntries(FIELDS.map((name) => [name, prepared.float(name)]));
    await traceAll(trace, fields);
    for (const name of ['luma', 'mask'] as const) await trace?.(name, prepared.bytes(name).data, prepared.bytes(name).dims);

    // 7 what the camera does, and whether anything moves at all
    const notes: Note[] = [];
    let move = gateCamera(camera, program.data.subarray(...PROGRAM.camera));
    const objectsMove =
      activity.flow > VISIBLE.flow || activity.waveLayer > VISIBLE.wave || activity.waveStill > VISIBLE.wave || activity.light * motion > VISIBLE.light;
    if (!objectsMove && isStill(move) && motion > 0) {
      move = PUSH_IN;
      notes.push({ code: 'NOTE_NOTHING_MOVES', params: {} });
    }
    const path = cameraPath(move, request);
    if (path.cropped) notes.push({ code: 'NOTE_CROPPED', params: {} });
    log.debug({ engine: manifest.id, ...activity, ...move }, 'motion drawn');

    // 8 hand out frames
    const flows = activity.flow > VISIBLE.flow;
    const copies = !objectsMove ? 0 : flows && (loop || activity.cycles > 1) ? 2 : 1;
    const [, , gridHeight, gridWidth] = prepared.float('relief').dims as [number, number, number, number];
    const grid = { width: gridWidth, height: gridHeight };
    const { sheets, colourLoss } = closestColour(readSheets(prepared, widthPx, heightPx), photo);
    const start = loop ? usualStart([fields.wave_still, fields.wave_layer] as FloatTensor[]) : 0;
    // frame 0 is the photo; later ones sample between pixels, which softens all of it or only what moves
    let composer = openComposer(sheets, grid);
    const sharpened = (): Sheets => {
      const swaying = isStill(move) ? swayingShare(fields.wave_still as FloatTensor) : undefined;
      return { ...sheets, luma: crisp(sheets.luma, widthPx, heightPx, swaying), layer: crisp(sheets.layer, widthPx, heightPx) };
    };
    let soft = motion > 0 && (objectsMove || !isStill(move));

    async function* render(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < frameCount; i++) {
        stopWhenCanceled(signal);
        // a loop's last frame is one step before its first; otherwise the last frame is where the camera comes to rest
        const phase = i / frameCount;
        const view = path.at(loop ? phase : i / (frameCount - 1));
        const { travel, weights } = arrangeCopies(phase, copies, flows ? activity.cycles : 0);
        const placed = await sessions.frame.run({
          ...fields,
          pose: vector(...view.pose),
          parallax: vector(...view.parallax),
          phase: swings(phase * repeats, start),
          glow: vector(...glow(phase, seconds, Math.min(motion, 1.5), loop)),
          travel: vector(...travel),
          weight: vector(...weights),
        });
        if (soft && (i > 0 || !isWholePhoto(view))) {
          composer = openComposer(sharpened(), grid);
          soft = false;
        }
        const frame = composer.compose({ ...grid, shifts: placed.float('shifts').data, shade: placed.float('shade').data }, { pose: view.pose, weights });
        await trace?.(`frame_${String(i).padStart(3, '0')}`, frame, [(heightPx * 3) / 2, widthPx]);
        report('render', i + 1, frameCount, SHARE.encode + SHARE.denoise + ((1 - SHARE.encode - SHARE.denoise) * (i + 1)) / frameCount);
        yield frame;
      }
    }
    return { widthPx, heightPx, fps: request.fps, frameCount, pixelFormat: 'i420', frames: render(), colourLoss, notes };
  };

  return {
    manifest,
    load: async () => void (await load()),
    generate,
    async dispose() {
      const open = loaded;
      loaded = undefined;
      if (open !== undefined) for (const session of Object.values(open.sessions)) await session.dispose();
    },
  };
};

const stopWhenCanceled = (signal: AbortSignal): void => {
  if (signal.aborted) throw new AppError('CANCELED', {}, { cause: signal.reason });
};

/** What I420 and the path of the camera need; everything else was checked against the manifest. */
const checkRequest = ({ widthPx, heightPx, frameCount, photo }: GenerateRequest): Photo => {
  if (photo === null) throw new AppError('PHOTO_MISSING');
  const problem =
    widthPx % 2 !== 0 || heightPx % 2 !== 0
      ? `${widthPx}×${heightPx} has an odd side`
      : frameCount < 2
        ? 'a clip has at least 2 frames'
        : photo.rgb.length !== photo.widthPx * photo.heightPx * 3
          ? 'the photo is not RGB'
          : undefined;
  if (problem !== undefined) throw new AppError('REQUEST_MALFORMED', { problem });
  return photo;
};

/** @throws EngineError NAN_OUTPUT when a value is NaN or infinite */
const finite = (values: FloatTensor): FloatTensor => {
  if (!allFinite(values.data)) throw new AppError('NAN_OUTPUT');
  return values;
};

/** The programs of several rows of token ids at once. */
const rowReader =
  (text: Session, { maxTokens, pad }: Vocabulary): ReadRows =>
  async (rows) => {
    const ids = rows.flatMap((row) => [...row, ...Array<number>(maxTokens - row.length).fill(pad)]);
    const { data } = finite((await text.run({ token_ids: integers(ids, [rows.length, maxTokens]) })).float('program'));
    return rows.map((_, i) => data.subarray((i * data.length) / rows.length, ((i + 1) * data.length) / rows.length));
  };

/** The first of a batch. */
const firstOf = ({ data, dims: [count = 1, ...dims] }: FloatTensor): FloatTensor => tensor(data.slice(0, data.length / count), [1, ...dims]);

const traceAll = async (trace: Trace | undefined, tensors: Readonly<Record<string, FloatTensor>>): Promise<void> => {
  if (trace !== undefined) for (const [name, { data, dims }] of Object.entries(tensors)) await trace(name, data, dims);
};

/** How much each class was asked to move; what is static never is. */
const strengths = (program: Float32Array): FloatTensor => tensor(Float32Array.of(0, ...program.subarray(...PROGRAM.amplitudes)), [CLASS_COUNT]);

/** Cosine and sine parts of the three swings, displaced so that all are 0 at time 0. @param cycles of the slowest, from its start `from` on */
const swings = (cycles: number, from: number): FloatTensor => {
  const parts = SWING_MULTIPLES.flatMap((multiple) => {
    const [angle, first] = [2 * Math.PI * multiple * (cycles + from), 2 * Math.PI * multiple * from];
    return [Math.cos(angle) - Math.cos(first), Math.sin(angle) - Math.sin(first)];
  });
  return tensor(Float32Array.from(parts), [3, 2]);
};

/** Where things that stay anchored swing by a good part of a pixel, 0..1. @param waves [1, 12, h, w], grid units */
const swayingShare = ({ data, dims: [, count = 0, height = 0, width = 0] }: FloatTensor): Share => {
  const area = width * height;
  const share = Float32Array.from({ length: area }, (_, i) => {
    let square = 0;
    for (let k = 0; k < count; k++) square += (data[k * area + i] as number) ** 2;
    return smoothStep(Math.sqrt(square), SWAY_SEEN.from, SWAY_SEEN.to);
  });
  return { width, height, data: share };
};

/** Cosine and sine parts of flickering light: whole numbers of waves per clip, 0 at time 0. */
const glow = (phase: number, seconds: number, strength: number, loop: boolean): [number, number] => {
  let cosine = 0;
  let sine = 0;
  for (const [hertz, share, late] of [
    [1.3, 0.5, 0],
    [2.9, 0.3, 2.1],
    [5.3, 0.2, 4.2],
  ] as const) {
    // not all of them may be fastest where a loop begins
    const first = loop ? late : 0;
    const angle = 2 * Math.PI * Math.max(1, Math.round(hertz * seconds)) * phase + first;
    cosine += strength * share * (Math.cos(angle) - Math.cos(first));
    sine += strength * share * (Math.sin(angle) - Math.sin(first));
  }
  return [cosine, sine];
};

/**
 * Where the copies of the layer are, in flows per clip, and their weights. One copy simply drifts; of two, the one that
 * has gone far fades out while the next one arrives at the photo, `cycles` times per clip.
 */
const arrangeCopies = (phase: number, copies: number, cycles: number): Record<'travel' | 'weights', readonly [number, number]> => {
  if (copies === 0) return { travel: [0, 0], weights: [0, 0] };
  if (copies === 1 || cycles === 0) return { travel: [cycles === 0 ? 0 : phase, 0], weights: [1, 0] };
  const along = (phase * cycles) % 1;
  const late = smoothStep(along, 0.3, 0.7);
  return { travel: [along / cycles, (along - 1) / cycles], weights: [1 - late, late] };
};

const readSheets = (prepared: Outputs, widthPx: number, heightPx: number): Sheets => {
  const plane = (name: string): Uint8Array => prepared.bytes(name).data;
  return {
    widthPx,
    heightPx,
    luma: plane('luma'),
    chroma: plane('chroma'),
    mask: plane('mask'),
    maskHalf: plane('mask_half'),
    layer: plane('layer'),
    layerChroma: plane('layer_chroma'),
  };
};
