/** Albums arrive as separate messages without an end mark, the caption on one of them: only the captioned photo is animated. */

/** How long to wait for the member that carries the caption before saying that none came. */
const QUIET_MS = 2_500;
const MAX_REMEMBERED = 1_000;

export interface Albums {
  /** A member with a caption has come. */
  captioned(albumId: string): void;
  /** A member without a caption: `onNoCaption` is called once per album when no captioned member comes in time. */
  uncaptioned(albumId: string, onNoCaption: () => void): void;
  stop(): void;
}

export const createAlbums = (): Albums => {
  /** The timer of an album whose caption is awaited, or null when there is nothing more to do about it. */
  const albums = new Map<string, NodeJS.Timeout | null>();

  const settle = (albumId: string): void => {
    clearTimeout(albums.get(albumId) ?? undefined);
    albums.set(albumId, null);
    if (albums.size > MAX_REMEMBERED) albums.delete(albums.keys().next().value as string);
  };

  return {
    captioned: settle,
    uncaptioned(albumId, onNoCaption) {
      if (albums.has(albumId)) return;
      const timer = setTimeout(() => {
        settle(albumId);
        onNoCaption();
      }, QUIET_MS);
      albums.set(albumId, timer.unref());
    },
    stop() {
      for (const timer of albums.values()) clearTimeout(timer ?? undefined);
      albums.clear();
    },
  };
};
