/** Checkpoints as files: written beside the clip while it is made, kept in the file store, read by the worker that goes on. */
import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint, Checkpoints, EngineManifest } from '../core/engine.ts';
import type { ClipRequest } from '../core/request.ts';

const MAGIC = 'SMCHECK1';
const HASH_BYTES = 32;
/** Steps faster than this are not worth a file each. */
const SAVE_EVERY_MS = 2_000;

/** What a checkpoint belongs to: another request, engine version or provider would go on to a different clip. */
export const checkpointKey = ({ id, version }: Pick<EngineManifest, 'id' | 'version'>, request: ClipRequest, providers: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([id, version, providers, Object.entries(request).sort()]))
    .digest('hex');

/** `MAGIC`, SHA-256 of the rest, length of the header, header as JSON, the tensors as float32. */
export const packCheckpoint = (key: string, { step, tensors }: Checkpoint): Buffer => {
  const header = Buffer.from(JSON.stringify({ key, step, lengths: tensors.map(({ length }) => length) }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const rest = Buffer.concat([length, header, ...tensors.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))]);
  return Buffer.concat([Buffer.from(MAGIC), createHash('sha256').update(rest).digest(), rest]);
};

/** @returns null for anything but an intact checkpoint of this key: the clip then begins anew */
export const unpackCheckpoint = (key: string, bytes: Buffer): Checkpoint | null => {
  const rest = bytes.subarray(MAGIC.length + HASH_BYTES);
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC || rest.length < 4) return null;
  if (
    !createHash('sha256')
      .update(rest)
      .digest()
      .equals(bytes.subarray(MAGIC.length, MAGIC.length + HASH_BYTES))
  )
    return null;
  const bodyAt = 4 + rest.readUInt32LE(0);
  const header = JSON.parse(rest.toString('utf8', 4, bodyAt)) as { key: string; step: number; lengths: readonly number[] };
  if (header.key !== key) return null;
  let at = bodyAt;
  const tensors = header.lengths.map((length) => {
    // a copy is aligned to four bytes, which a part of a file need not be
    const tensor = new Float32Array(Uint8Array.from(rest.subarray(at, at + 4 * length)).buffer);
    at += 4 * length;
    return tensor;
  });
  return { step: header.step, tensors };
};

/** The file that an earlier attempt left, and the one that this attempt writes. */
export const RESUME_FILE = 'resume.checkpoint';
export const CHECKPOINT_FILE = 'checkpoint';

/**
 * @param directory where `RESUME_FILE` may lie and `CHECKPOINT_FILE` is written
 * @param onSaved called when a new checkpoint lies there, whole
 */
export const openCheckpoints = async (directory: string, key: string, onSaved: (step: number) => void): Promise<Checkpoints> => {
  const last = await readFile(join(directory, RESUME_FILE)).then(
    (bytes) => unpackCheckpoint(key, bytes),
    () => null,
  );
  let savedAtMs = performance.now();
  let writing = false;
  return {
    last,
    save(checkpoint) {
      if (writing || performance.now() - savedAtMs < SAVE_EVERY_MS) return;
      savedAtMs = performance.now();
      writing = true;
      const path = join(directory, CHECKPOINT_FILE);
      const write = async (): Promise<void> => {
        await writeFile(`${path}.part`, packCheckpoint(key, checkpoint));
        await rename(`${path}.part`, path);
        onSaved(checkpoint.step);
      };
      // a disk that is full costs the checkpoint, not the clip
      write()
        .catch(() => undefined)
        .finally(() => {
          writing = false;
        });
    },
  };
};
