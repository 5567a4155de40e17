/** A recorded case on disk: what the reference pipeline was asked, its input images and every tensor it wrote down. */
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Photo } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';
import type { ReferenceCall } from '../parts/reference-call.ts';
import { parsePythonJson } from '../schedulers/options.ts';
import { decodeExactly } from '../vision/photo.ts';
import { readSafetensors, type StoredTensor } from './safetensors.ts';

const caseFile = z.object({
  family: z.string(),
  case: z.string().default(''),
  pipeline: z.string(),
  seed: z.int().nonnegative(),
  global_seed: z.int().nonnegative(),
  kwargs: z.record(z.string(), z.unknown()),
  ip_adapter_scale: z.number().nullable().default(null),
  scheduler: z.looseObject({ _class_name: z.string() }).optional(),
});

export interface RecordedCase {
  readonly name: string;
  readonly call: ReferenceCall;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The frames as 8-bit pictures, where the case has them. */
  readonly pictures: readonly Photo[];
}

const readPicture = async (path: string): Promise<Photo> => decodeExactly(await readFile(path));
const numbered = (pattern: RegExp, names: readonly string[]): string[] =>
  names.filter((name) => pattern.test(name)).sort((a, b) => Number(a.match(/\d+/)?.[0]) - Number(b.match(/\d+/)?.[0]));

/** @throws InputError REQUEST_MALFORMED, PHOTO_BROKEN with the file that is missing or wrong */
export const readCase = async (folder: string): Promise<RecordedCase> => {
  const text = await readFile(join(folder, 'case.json'), 'utf8').catch((error: unknown) => {
    throw new AppError('REQUEST_MALFORMED', { problem: `${folder} holds no case.json` }, { cause: error });
  });
  const { data, error } = caseFile.safeParse(parseJson(text, folder));
  if (error) throw new AppError('REQUEST_MALFORMED', { problem: `case.json: ${z.prettifyError(error)}` });
  const names = await readdir(folder);
  // several condition frames are numbered; a single image is not
  const several = numbered(/^input_\d+\.png$/, names);
  const inputs = several.length > 0 ? several : names.filter((name) => name === 'input.png');
  const recorded = ['tensors.safetensors', 'tensors_lite.safetensors'].find((name) => names.includes(name));
  const frames = join(folder, 'frames');
  const pictures = numbered(/^\d+\.png$/, await readdir(frames).catch(() => []));
  return {
    name: `${data.family}${data.case && `-${data.case}`}`.replaceAll(/[^\w-]/g, '_'),
    call: {
      kwargs: data.kwargs,
      seed: data.seed,
      globalSeed: data.global_seed,
      scheduler: data.scheduler,
      ...(data.ip_adapter_scale === null ? {} : { ipAdapterScale: data.ip_adapter_scale }),
      images: await Promise.all(inputs.map((name) => readPicture(join(folder, name)))),
    },
    tensors: recorded === undefined ? new Map() : await readSafetensors(join(folder, recorded)),
    pictures: await Promise.all(pictures.map((name) => readPicture(join(frames, name)))),
  };
};

const parseJson = (text: string, folder: string): unknown => {
  try {
    return parsePythonJson(text);
  } catch (error) {
    throw new AppError('REQUEST_MALFORMED', { problem: `${folder}/case.json is not JSON` }, { cause: error });
  }
};

/** @throws InputError REQUEST_MALFORMED when there is no such folder */
export const requireFolder = (folder: string): Promise<void> =>
  access(folder).catch((error: unknown) => {
    throw new AppError('REQUEST_MALFORMED', { problem: `there is no folder ${folder}` }, { cause: error });
  });
