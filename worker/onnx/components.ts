/** The graphs of a bundle, opened when they are first needed and, where memory is short, closed when their act is over. */
import type { Tensor } from '../tensor/tensor.ts';
import type { BundleManifest } from './bundle-manifest.ts';
import { type Outputs, openSession, type Session, type SessionOptions } from './session.ts';

export interface Components {
  has(name: string): boolean;
  /** @param outputs those that are wanted, all if undefined. @throws EngineError ENGINE_FAILED when the graph cannot be opened or refuses its inputs */
  run(name: string, inputs: Readonly<Record<string, Tensor>>, outputs?: readonly string[]): Promise<Outputs>;
  /** From now on: every graph stays open, or one is open at a time. */
  keep(mode: 'resident' | 'sequential'): void;
  /** The graphs that are open now. */
  openNames(): readonly string[];
  /** An act is over: these graphs are not needed again for this clip. Closes them where memory is short, otherwise keeps them warm. */
  release(...names: readonly string[]): Promise<void>;
  dispose(): Promise<void>;
}

export interface ComponentsOptions extends SessionOptions {
  /** One graph in memory at a time, until `keep` says otherwise. */
  readonly sequential: boolean;
}

/** @param path the place of a file of the bundle, which has been verified */
export const openComponents = (manifest: BundleManifest, path: (file: string) => string, options: ComponentsOptions): Components => {
  const open = new Map<string, Promise<Session>>();
  let isSequential = options.sequential;
  const session = (name: string): Promise<Session> => {
    const component = manifest.components[name];
    if (component === undefined) throw new RangeError(`this bundle has no ${name}`);
    let found = open.get(name);
    if (found === undefined) {
      found = openSession(path(component.file), options);
      open.set(name, found);
      // what could not be opened is tried again for the next clip
      found.catch(() => open.delete(name));
    }
    return found;
  };
  const close = async (names: readonly string[]): Promise<void> => {
    for (const name of names) {
      const found = open.get(name);
      open.delete(name);
      await found?.then(
        (one) => one.dispose(),
        () => undefined,
      );
    }
  };
  return {
    has: (name) => manifest.components[name] !== undefined,
    run: async (name, inputs, outputs) => (await session(name)).run(inputs, outputs),
    keep: (mode) => {
      isSequential = mode === 'sequential';
    },
    openNames: () => [...open.keys()],
    release: async (...names) => {
      if (isSequential) await close(names);
    },
    dispose: () => close([...open.keys()]),
  };
};
