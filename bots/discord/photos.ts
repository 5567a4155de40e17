/** The photos in somebody's message, and the memory of them while a person types the words. */
import type { Attachment, Message } from 'discord.js';
import type { FileStore } from '../../core/store.ts';

export interface PhotoLink {
  readonly url: string;
  readonly name: string;
}

/** A select menu holds this many. */
const MAX_PHOTOS = 25;

const isImage = ({ contentType, name }: Attachment): boolean =>
  contentType ? contentType.startsWith('image/') : /\.(jpe?g|jfif|png|webp|avif|gif|heic|heif)$/i.test(name);

/** Attached, forwarded and embedded images, each once. */
export const photosOf = (message: Message): readonly PhotoLink[] => {
  const found = [message, ...message.messageSnapshots.values()].flatMap(({ attachments, embeds }) => [
    ...[...attachments.values()].filter(isImage).map(({ url, name }) => ({ url, name })),
    // The proxy's address: Discord fetched it, so we need not talk to hosts that a stranger chose.
    ...embeds.flatMap(({ image, thumbnail }) =>
      [image ?? thumbnail].flatMap((picture) => (picture ? [{ url: picture.proxyURL ?? picture.url, name: 'picture in a link' }] : [])),
    ),
  ]);
  return [...new Map(found.map((link) => [link.url, link])).values()].slice(0, MAX_PHOTOS);
};

/**
 * Photos offered by a message command until its form is sent. They lie in the file store because a form may be sent after a
 * restart, and because without the privileged message intent Discord never shows a bot the same message twice.
 */
export interface Offers {
  keep(id: string, photos: readonly PhotoLink[]): Promise<void>;
  /** Hands out the addresses once. @returns null when there was no such offer */
  take(id: string): Promise<readonly string[] | null>;
}

export const createOffers = (files: FileStore): Offers => {
  const keyOf = (id: string): string => `offers/${id}.json`;
  return {
    keep: (id, photos) => files.put(keyOf(id), Buffer.from(JSON.stringify(photos.map(({ url }) => url)))),
    async take(id) {
      const bytes = await files.get(keyOf(id));
      if (!bytes) return null;
      await files.remove(keyOf(id));
      const urls: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
      return Array.isArray(urls) ? urls.filter((url) => typeof url === 'string') : null;
    },
  };
};
