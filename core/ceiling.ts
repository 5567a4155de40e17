/** How large a file a place takes: what it was refused teaches, because hints and published limits have both been wrong. */

const MIB = 1024 * 1024;
/** Limits that platforms have had; a refusal means the true one is among those below. */
const KNOWN_MIB = [500, 200, 100, 50, 25, 20, 10, 8] as const;
/** Below every known limit, each refusal takes this share. */
const SHRINK = 0.7;
/** Smaller than this a clip is no longer worth sending. */
const LEAST_BYTES = 256 * 1024;
/** A place may have been granted more since. */
export const CEILING_LIVES_MS = 7 * 24 * 3_600_000;

/**
 * The ceiling to believe after a file of `refusedBytes` was refused for its size.
 * @returns bytes, or null when nothing worth sending is left below
 */
export const nextCeiling = (refusedBytes: number): number | null => {
  const known = KNOWN_MIB.map((mib) => mib * MIB).find((bytes) => bytes < refusedBytes);
  const bytes = known ?? Math.floor(refusedBytes * SHRINK);
  return bytes < LEAST_BYTES ? null : bytes;
};
