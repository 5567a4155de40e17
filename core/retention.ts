/** Deletes what is no longer needed: photos, clips and everything else in the file store, some time after the last job that needs it. */
import type { Deps } from './deps.ts';
import { type Loop, repeat } from './loop.ts';
import { PHOTO_PERIOD_MS } from './photo-key.ts';
import type { RetentionStore, StoredFile } from './store.ts';

const HOUR_MS = 3_600_000;
const EVERY_MS = HOUR_MS;
/**
 * What was put or touched within it is left alone: a photo is kept before its job is accepted, and whoever read a job before it
 * was retired may still be about to ask for the same once more. No request takes as long.
 */
export const GRACE_MS = HOUR_MS;
/** A form that offers photos can be sent as long as their links live. */
export const OFFER_LIVES_MS = 24 * HOUR_MS;
/** Asked of the database together. */
const BATCH = 500;

type RetentionDeps = Pick<Deps, 'clock' | 'files' | 'log'> & { readonly store: Pick<Deps['store'], 'chores' | 'retention'> };

/** Of some names of one kind, those still needed; `sinceMs` as in the store. */
type Needed = (names: readonly string[], store: RetentionStore, sinceMs: number) => Promise<ReadonlySet<string>>;

/** Kinds of files by the first part of their key, and for how long after they were put nobody asks whether they are needed. */
const kinds: Readonly<Record<string, { readonly livesMs: number; readonly needed: Needed }>> = {
  // Not before its key is out of use: then nobody can be putting the same photo there while it is deleted.
  photos: { livesMs: PHOTO_PERIOD_MS + GRACE_MS, needed: (names, store, sinceMs) => store.photosNeeded(names, sinceMs) },
  clips: { livesMs: GRACE_MS, needed: (names, store, sinceMs) => store.clipsNeeded(names, sinceMs) },
  checkpoints: { livesMs: GRACE_MS, needed: (names, store) => store.unfinished(names) },
  offers: { livesMs: OFFER_LIVES_MS, needed: async () => new Set() },
};

/** `clips/<job id>.converted.gif` belongs to `<job id>`, `photos/<sha256>.<hour>` to `<sha256>`. */
const nameOf = ({ key }: StoredFile): string => key.slice(key.indexOf('/') + 1).split('.', 1)[0] ?? '';

/**
 * One round over everything that is kept. Jobs go out of view first, their files an hour later, and files are found by looking at the
 * store, not at jobs: a process that dies anywhere in between leaves no job in view without its clip, and no file that the next
 * round does not find.
 * @param keepMs how long after its end a job's clip can be asked for, and its photo used again
 * @returns how many jobs were retired and files deleted
 */
export const sweepFiles = async (
  { clock, files, log, store }: RetentionDeps,
  keepMs: number,
): Promise<{ readonly retired: number; readonly removed: number }> => {
  const nowMs = clock.nowMs();
  const sinceMs = nowMs - GRACE_MS;
  const retired = await store.retention.retire(nowMs - keepMs);
  let removed = 0;
  const judge = async (kind: string, batch: readonly StoredFile[]): Promise<void> => {
    const needed = (await kinds[kind]?.needed([...new Set(batch.map(nameOf))], store.retention, sinceMs)) ?? new Set();
    for (const file of batch) if (!needed.has(nameOf(file)) && (await files.removeUnchanged(file))) removed++;
  };
  const batches = new Map<string, StoredFile[]>();
  for await (const file of files.list()) {
    const kind = file.key.slice(0, file.key.indexOf('/'));
    const known = kinds[kind];
    if (!known || file.modifiedAtMs > nowMs - known.livesMs) continue;
    const batch = batches.get(kind) ?? [];
    batches.set(kind, batch);
    if (batch.push(file) >= BATCH) await judge(kind, batch.splice(0));
  }
  for (const [kind, batch] of batches) if (batch.length > 0) await judge(kind, batch);
  await files.tidy(sinceMs);
  if (retired + removed > 0) log.info({ retired, removed }, 'what is no longer kept was deleted');
  return { retired, removed };
};

/** Sweeps now and then; of several processes one does it. */
export const startRetention = (deps: RetentionDeps, keepMs: number, everyMs = EVERY_MS): Loop =>
  repeat(
    async () => {
      if ((await deps.store.chores.take('retention', everyMs)) === 0) await sweepFiles(deps, keepMs);
    },
    // More often than the chore is due, so that one that was left by a process that died is not left for twice the time.
    everyMs / 4,
    (error) => deps.log.warn({ err: error }, 'files that are no longer kept could not be deleted; trying again'),
  );
