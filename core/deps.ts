/** What the use cases need from outside, handed in once by a composition root. */
import type { Clock } from './clock.ts';
import type { EngineManifest } from './engine.ts';
import { AppError } from './errors.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { PhotoDownloader, PhotoInspector } from './photo.ts';
import type { Queue } from './queue.ts';
import type { FileStore, Store, WaitingCaps } from './store.ts';

export interface Deps {
  readonly store: Store;
  readonly queue: Queue;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Engines that can be asked for; the first is the default. */
  readonly manifests: readonly EngineManifest[];
  readonly inspector: PhotoInspector;
  readonly downloader: PhotoDownloader;
  /** Credits per person and day where a place has no allowance of its own: that many default clips of the default engine. */
  readonly quotaDaily: number;
  /** The most credits per person and day a moderator may allow, and the most one grant may hold. */
  readonly quotaPlaceMax: number;
  /** How many clips may wait; `usualCaps` unless given. */
  readonly waitingCaps?: WaitingCaps;
  readonly newJobId: () => string;
  readonly newSeed: () => number;
}

/** @throws InputError ENGINE_UNKNOWN */
export const findManifest = (manifests: readonly EngineManifest[], id: string): EngineManifest => {
  const manifest = manifests.find((m) => m.id === id);
  if (!manifest) throw new AppError('ENGINE_UNKNOWN', { engine: id.slice(0, 40), allowed: manifests.map((m) => m.id).join(', ') });
  return manifest;
};
