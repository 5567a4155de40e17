/** Processes announce the engines they hold; bots offer what somebody announced, so that models lie where clips are made only. */
import type { EngineManifest } from './engine.ts';
import type { Logger } from './logger.ts';
import { type Loop, repeat } from './loop.ts';

/** A process that has not been heard of for this long counts as gone. */
export const WORKER_LIVES_MS = 30_000;
const HEARTBEAT_MS = 10_000;
const LOOK_MS = 3_000;

export interface WorkerAnnouncement {
  /** Of this process, and of no other one. */
  readonly id: string;
  /** What it can make clips with; none for a process that makes none. */
  readonly manifests: readonly EngineManifest[];
  /** Where its models run, for the operator: `cuda`, `cpu`. */
  readonly provider: string;
}

export interface WorkerStore {
  /** Also the sign of life, to be repeated. */
  announce(worker: WorkerAnnouncement): Promise<void>;
  /** The process ends: what it held is missing from now on. */
  leave(id: string): Promise<void>;
  /** Engines of processes seen in the last minutes, the latest first; `alive` when their process is. */
  announced(): Promise<readonly { readonly manifest: EngineManifest; readonly alive: boolean }[]>;
  /** Has the status of waiting jobs of these engines shown anew. */
  remind(engines: readonly string[]): Promise<void>;
}

type Deps = { readonly store: { readonly workers: WorkerStore }; readonly log: Logger };

/** Announces a process now and for as long as it lives. */
export const startAnnouncing = async ({ store, log }: Deps, worker: WorkerAnnouncement, everyMs = HEARTBEAT_MS): Promise<Loop> => {
  const announce = (): Promise<void> => store.workers.announce(worker);
  await announce();
  const loop = repeat(announce, everyMs, (error) => log.warn({ err: error }, 'this process could not be announced; trying again'));
  return {
    async stop() {
      await loop.stop();
      await store.workers.leave(worker.id).catch(() => undefined);
    },
  };
};

export interface Offer extends Loop {
  /** What can be asked for now; never empty. The shipped engine comes first. One array that changes, so that whoever holds it keeps up. */
  readonly manifests: readonly EngineManifest[];
  /** Told after what can be asked for has changed. @returns stops it */
  onChange(listener: () => void): () => void;
}

/** One manifest per engine, of the process heard of last; those that need no download first, then by name. */
export const offerOf = (manifests: readonly EngineManifest[]): readonly EngineManifest[] => {
  const latest = new Map<string, EngineManifest>();
  for (const manifest of manifests) if (!latest.has(manifest.id)) latest.set(manifest.id, manifest);
  return [...latest.values()].sort((a, b) => Number(b.embedded) - Number(a.embedded) || (a.id < b.id ? -1 : 1));
};

/**
 * Keeps up with what is announced. When an engine appears or its last worker goes, whoever waits for it is told.
 * @param usual offered until somebody has announced anything
 */
export const startOffer = async ({ store, log }: Deps, usual: readonly EngineManifest[], everyMs = LOOK_MS): Promise<Offer> => {
  const offered = [...usual];
  const listeners = new Set<() => void>();
  let living: readonly string[] | null = null;
  const replace = (manifests: readonly EngineManifest[]): void => {
    const before = JSON.stringify(offered);
    offered.splice(0, offered.length, ...manifests);
    if (JSON.stringify(offered) !== before) for (const listener of listeners) listener();
  };
  const look = async (): Promise<void> => {
    const announced = await store.workers.announced();
    if (announced.length > 0) replace(offerOf(announced.map(({ manifest }) => manifest)));
    const now = [...new Set(announced.filter(({ alive }) => alive).map(({ manifest }) => manifest.id))];
    const changed = living === null ? [] : [...now.filter((id) => !living?.includes(id)), ...living.filter((id) => !now.includes(id))];
    living = now;
    if (changed.length === 0) return;
    log.info({ engines: now }, 'other engines can be used now');
    await store.workers.remind(changed);
  };
  await look();
  const loop = repeat(look, everyMs, (error) => log.warn({ err: error }, 'what workers announce could not be read; trying again'));
  return {
    manifests: offered,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: loop.stop,
  };
};
