/** What sessions on each execution provider are told, and why: one table, so that nothing is set by habit. */

/** Settings of a session by onnxruntime's own dotted names, without the leading `session.`. */
export type SessionEntries = Readonly<Record<string, string>>;

/** Of every session, because every session runs something on the CPU. */
const everywhere: SessionEntries = {
  // measured (shared/parity.md, section 5): 0.72 of the time on a busy machine
  'intra_op.allow_spinning': '0',
};

/**
 * For graphics cards only; a session that falls back to the CPU gets none of it.
 *
 * What is absent cannot be said: of options for CUDA and TensorRT the binding (onnxruntime-node 1.30) hands on `deviceId`
 * alone, so that neither `cudnn_conv_algo_search` and `arena_extend_strategy` nor `trt_engine_cache_path` and
 * `trt_fp16_enable` reach them. TensorRT therefore compiles anew in every process, and is never chosen unasked (providers.ts).
 * WebGPU's `preferredLayout` would reach it; nobody has measured it here, so the provider keeps its own default.
 */
const onlyFor: Readonly<Record<string, SessionEntries>> = {
  // documented, not measured here: weights are allocated as they are, not from an arena that grows by doubling
  cuda: { use_device_allocator_for_initializers: '1' },
};

const entriesOf = (providers: readonly string[]): SessionEntries => Object.assign({}, everywhere, ...providers.map((provider) => onlyFor[provider]));

/** `a.b.c` as an object in an object in an object, which is how the binding takes settings. */
const nested = (entries: SessionEntries): Record<string, unknown> => {
  const root: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(entries)) {
    const path = name.split('.');
    const last = path.pop() as string;
    let at = root;
    for (const part of path) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return root;
};

/** @param providers in order of preference, as the session shall try them */
export const sessionSettings = (providers: readonly string[]) => ({
  executionProviders: [...providers],
  extra: { session: nested(entriesOf(providers)) },
});
