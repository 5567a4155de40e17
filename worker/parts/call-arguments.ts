/** Arguments of a reference pipeline's call: what all of them share, and how a call that cannot be honoured is refused. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { BundleManifest } from '../onnx/bundle-manifest.ts';

/** One prompt, alone or as a list of one. */
export const prompt = z.union([z.string(), z.tuple([z.string()]).transform(([only]) => only)]);

/** Pixels and counts; what a size has to be a multiple of is the engine's to say. */
export const sidePx = z.int().min(1).max(16_384);
export const frameCount = z.int().min(1).max(1024);
export const stepCount = z.int().min(1).max(1000);
export const guidanceScale = z.number().min(-100).max(100);

/** Arguments that may be present in any call without changing what it computes. */
export const formArguments = {
  output_type: z.enum(['pil', 'np', 'pt']).nullish(),
  return_dict: z.boolean().nullish(),
  callback_on_step_end: z.null().optional(),
  callback_on_step_end_tensor_inputs: z.array(z.string()).nullish(),
  cross_attention_kwargs: z.null().optional(),
};

/** Of the pipelines that draw noise by DDIM's eta when asked to, which is not supported. */
export const etaArgument = { eta: z.literal(0).nullish() };

/**
 * Checks a call's arguments and fills in the reference pipeline's own defaults.
 * @throws InputError REQUEST_MALFORMED naming every argument that is unknown or cannot be honoured
 */
export const readArguments = <Schema extends z.ZodType>(schema: Schema, kwargs: Readonly<Record<string, unknown>>): z.output<Schema> => {
  const { data, error } = schema.safeParse(kwargs);
  if (error === undefined) return data;
  throw new AppError('REQUEST_MALFORMED', { problem: wordsOf(error) });
};

const wordsOf = ({ issues }: z.ZodError): string =>
  issues
    .map((issue) =>
      issue.code === 'unrecognized_keys' ? `this engine does not know the argument ${issue.keys.join(', ')}` : `${issue.path.join('.')}: ${issue.message}`,
    )
    .join('; ');

/**
 * A person's request as a call: what was said over the bundle's own defaults, those over the reference's.
 * @throws EngineError MODEL_CORRUPT when the bundle's defaults are no arguments of its family; InputError REQUEST_MALFORMED
 */
export const personalCall = <Schema extends z.ZodObject>(
  schema: Schema,
  { family, defaults }: BundleManifest,
  said: Readonly<Record<string, unknown>>,
): z.output<Schema> => {
  const { error } = schema.partial().safeParse(defaults.call);
  if (error) throw new AppError('MODEL_CORRUPT', { engine: family, file: `manifest.json: defaults.call: ${wordsOf(error)}` });
  return readArguments(schema, { ...defaults.call, ...said });
};

/** The size of a call that names none: what the checkpoint was made for. */
export const usualSize = ({ defaults, sizes }: BundleManifest): { readonly width: number; readonly height: number } => ({
  width: Number(defaults.call.width ?? sizes.sidePx.default),
  height: Number(defaults.call.height ?? sizes.sidePx.default),
});
