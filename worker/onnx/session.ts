/** The door to onnxruntime-node: one opened graph with named inputs and outputs. */
import { InferenceSession, listSupportedBackends, Tensor as OrtTensor } from 'onnxruntime-node';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { FloatTensor, Tensor, TensorData } from '../tensor/tensor.ts';
import { sessionSettings } from './session-options.ts';

export interface SessionOptions {
  /** Execution providers in order of preference, for example `['cuda', 'cpu']`. */
  readonly providers: readonly string[];
  /** Threads inside one operator; 0 lets the runtime choose. */
  readonly threads: number;
  readonly log: Logger;
}

export interface Session {
  readonly inputNames: readonly string[];
  /**
   * Runs the graph; inputs it does not know are left out, so that one record may feed several graphs.
   * @param outputs those that are wanted, all of them if undefined; what is left out is never copied
   * @throws EngineError ENGINE_FAILED when an input is missing or its dimensions do not fit, with the reason as cause
   */
  run(inputs: Readonly<Record<string, Tensor>>, outputs?: readonly string[]): Promise<Outputs>;
  /** Repeatable. */
  dispose(): Promise<void>;
}

export interface Outputs {
  /** @throws EngineError ENGINE_FAILED when the graph has no such float32 output */
  float(name: string): FloatTensor;
  /** @throws EngineError ENGINE_FAILED when the graph has no such uint8 output */
  bytes(name: string): Tensor<Uint8Array>;
}

const failed = (reason: string, cause?: unknown): AppError =>
  new AppError('ENGINE_FAILED', {}, { cause: cause instanceof Error ? new Error(reason, { cause }) : new Error(reason) });

/** What a graph says about one input: numbers are fixed sides, names are free but equal wherever they recur. */
type Shape = readonly (number | string)[];

/** @throws EngineError ENGINE_FAILED naming the input, what it has and what the graph wants */
const checkDims = (shapes: ReadonlyMap<string, Shape>, inputs: Readonly<Record<string, Tensor>>, file: string): void => {
  const sides = new Map<string, number>();
  for (const [name, shape] of shapes) {
    const given = inputs[name];
    if (given === undefined) throw failed(`${file}: input ${name} is missing`);
    const fits =
      given.dims.length === shape.length &&
      shape.every((side, i) => {
        const got = given.dims[i] as number;
        if (typeof side === 'number') return side < 0 || side === got;
        const before = sides.get(side);
        if (before === undefined && side !== '') sides.set(side, got);
        return before === undefined || before === got;
      });
    if (!fits) throw failed(`${file}: input ${name} is [${given.dims.join(', ')}], the graph takes [${shape.join(', ')}]`);
  }
};

/** Execution providers compiled into the binding; those that need libraries of their own are listed whether these are there or not. */
export const builtProviders = (): readonly string[] => listSupportedBackends().map(({ name }) => name);

const open = async (path: string, { providers, threads, log }: SessionOptions): Promise<InferenceSession> => {
  const options = (executionProviders: readonly string[]): InferenceSession.SessionOptions => ({
    ...sessionSettings(executionProviders),
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    ...(threads > 0 ? { intraOpNumThreads: threads } : {}),
  });
  const built = new Set(['cpu', ...builtProviders()]);
  const usable = providers.filter((provider) => built.has(provider));
  const missing = providers.filter((provider) => !built.has(provider));
  if (missing.length > 0) log.warn({ file: path, missing, usable }, 'this build of the runtime lacks execution providers');
  try {
    return await InferenceSession.create(path, options(usable.length > 0 ? usable : ['cpu']));
  } catch (error) {
    if (usable.every((provider) => provider === 'cpu')) throw failed(`${path} could not be opened`, error);
    log.warn({ file: path, providers: usable, reason: String(error) }, 'execution providers do not work here, using the CPU');
    return InferenceSession.create(path, options(['cpu']));
  }
};

/** Opens a graph file. @throws EngineError ENGINE_FAILED when the runtime rejects it */
export const openSession = async (path: string, options: SessionOptions): Promise<Session> => {
  const session = await open(path, options);
  const shapes = new Map<string, Shape>(session.inputMetadata.map((input) => [input.name, input.isTensor ? input.shape : []]));
  let disposed: Promise<void> | undefined;
  return {
    inputNames: session.inputNames,

    async run(inputs, outputs) {
      if (disposed !== undefined) throw failed(`${path}: the session is closed`);
      checkDims(shapes, inputs, path);
      const feeds: Record<string, OrtTensor> = {};
      for (const name of shapes.keys()) {
        const { data, dims } = inputs[name] as Tensor;
        const type = data instanceof Float32Array ? 'float32' : data instanceof Uint8Array ? 'uint8' : 'int64';
        feeds[name] = new OrtTensor(type, data, dims);
      }
      const fetched = await (outputs === undefined ? session.run(feeds) : session.run(feeds, [...outputs])).catch((error: unknown) => {
        throw failed(`${path}: the run failed`, error);
      });
      const output = <Data extends TensorData>(name: string, type: { new (): Data }): Tensor<Data> => {
        const found = fetched[name];
        if (!(found?.data instanceof type)) throw failed(`${path}: there is no output ${name} of this type`);
        return { data: found.data, dims: found.dims };
      };
      return { float: (name) => output(name, Float32Array), bytes: (name) => output(name, Uint8Array) };
    },

    dispose() {
      disposed ??= session.release();
      return disposed;
    },
  };
};
