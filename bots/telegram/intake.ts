/** A person's wish on its way to a job: acknowledged at once, then, in line, the photo is fetched and the request submitted. */
import { parseTyped } from '../../core/commands.ts';
import type { Deps } from '../../core/deps.ts';
import { AppError, asAppError } from '../../core/errors.ts';
import { isFinal, type Job } from '../../core/job.ts';
import { photoLimits } from '../../core/photo.ts';
import type { Origin } from '../../core/request.ts';
import { again, submit } from '../../core/submit.ts';
import type { Lane } from '../lane.ts';
import { sendTo, type TelegramAddress, writeAddress } from './address.ts';
import { type TelegramApi, TelegramFailure } from './api.ts';
import { kindOf } from './failure.ts';
import type { FileRef } from './incoming.ts';
import { plain, sentence } from './messages.ts';
import { MAX_CLIP_BYTES } from './outcome.ts';
import type { Pace } from './pace.ts';
import type { StatusBoard } from './status-board.ts';

export interface Wish {
  readonly origin: Origin;
  readonly address: TelegramAddress;
  /** The same for every copy of the same message. */
  readonly requestKey: string;
  /** Null for a clip from words alone. */
  readonly photo: FileRef | null;
  readonly words: string;
}

export interface Intake {
  /** Ends with a job and its status message, or with a sentence in its place. Never throws what a person can meet. */
  animate(wish: Wish): Promise<void>;
  /**
   * The recipe of an earlier clip once more.
   * @returns what is left to do after the button was answered
   * @throws what `again` of core throws
   */
  repeat(wish: Omit<Wish, 'photo' | 'words'> & { readonly jobId: string; readonly seed: 'same' | 'new' }): Promise<() => Promise<void>>;
}

/** How a wish gets through when many come at once. */
export interface Ways {
  readonly lane: Lane;
  readonly pace: Pace;
  /** The first sign that a wish has been seen; Telegram does not count it as a message. */
  readonly showAction: (address: TelegramAddress) => Promise<void>;
}

export const createIntake = (api: TelegramApi, board: StatusBoard, { lane, pace, showAction }: Ways, deps: Deps): Intake => {
  const { jobs } = deps.store;

  /** @returns the id of the message, or null when Telegram does not take one right now; the clip will then come without it */
  const acknowledge = async (address: TelegramAddress): Promise<number | null> => {
    try {
      return (await api.call<{ message_id: number }>('sendMessage', { ...sendTo(address), ...plain('⏳ Got it, taking a look …') })).message_id;
    } catch (error) {
      if (error instanceof TelegramFailure && kindOf(error) === 'later') return null;
      throw error;
    }
  };

  const say = async (address: TelegramAddress, text: string): Promise<void> => {
    const { chatId, statusMessageId } = address;
    const edited =
      statusMessageId !== null &&
      (await api.call('editMessageText', { chat_id: chatId, message_id: statusMessageId, ...plain(text) }).then(
        () => true,
        () => false,
      ));
    if (edited) return;
    await pace.turn();
    await api.call('sendMessage', { ...sendTo(address), ...plain(text) });
  };

  const withdraw = async ({ chatId, statusMessageId }: TelegramAddress): Promise<void> => {
    if (statusMessageId !== null) await api.call('deleteMessage', { chat_id: chatId, message_id: statusMessageId }).catch(() => undefined);
  };

  const fetchPhoto = async ({ fileId }: FileRef): Promise<Uint8Array> => {
    const file = await api.call<{ file_path?: string }>('getFile', { file_id: fileId }).catch((error: unknown) => {
      if (error instanceof TelegramFailure && kindOf(error) === 'too-big')
        throw new AppError('PHOTO_TOO_LARGE', { gotMb: 'more than 20', maxMb: photoLimits.maxBytes / (1024 * 1024) });
      throw new AppError('DOWNLOAD_FAILED', { reason: 'Telegram does not hand it out' }, { cause: error });
    });
    if (!file.file_path) throw new AppError('DOWNLOAD_FAILED', { reason: 'Telegram does not hand it out' });
    return deps.downloader.download(api.fileUrl(file.file_path));
  };

  const accept = async ({ origin, photo, requestKey, words }: Wish, address: TelegramAddress): Promise<Job | null> => {
    const { prompt, options } = parseTyped(words, deps.manifests);
    const source = photo && ({ kind: 'lazy', fetch: () => fetchPhoto(photo) } as const);
    const call = { origin, address: writeAddress(address), requestKey, photo: source, prompt, options, maxClipBytes: MAX_CLIP_BYTES };
    const { job, standing, created } = await submit(call, deps);
    if (!created) await withdraw(address);
    else if (!isFinal(job.state)) board.show(job, standing);
    if (created) deps.log.info({ jobId: job.id, place: origin.place }, 'accepted');
    return created ? job : null;
  };

  /** Gives an accepted job its status message as soon as Telegram takes one. */
  const showLater = async (job: Job, address: TelegramAddress): Promise<void> => {
    if (!(await pace.turn())) return;
    const shown = { ...address, statusMessageId: await acknowledge(address) };
    const now = await jobs.find(job.id);
    // An outcome that was faster than this message has found its own way.
    if (!now || isFinal(now.state)) return withdraw(shown);
    await jobs.saveAddress(job.id, writeAddress(shown));
    board.show({ ...now, address: writeAddress(shown) }, await jobs.standing(now));
  };

  return {
    async animate(wish) {
      void lane.acknowledge(() => showAction(wish.address));
      const afterwards = await lane.run(wish.origin.user, async () => {
        if (await jobs.findByRequestKey(wish.requestKey)) return null;
        // In a crowd the wish is dealt with first, and the message comes when there is room for it.
        const hasRoom = pace.take();
        const address = hasRoom ? { ...wish.address, statusMessageId: await acknowledge(wish.address) } : wish.address;
        try {
          const job = await accept(wish, address);
          return job && !hasRoom ? () => showLater(job, address) : null;
        } catch (error) {
          return () => say(address, `⚠️ ${sentence(asAppError(error))}`);
        }
      });
      // Messages wait for their turn, and nobody's request waits for messages.
      await afterwards?.();
    },

    async repeat({ address, jobId, origin, requestKey, seed }) {
      const { job, created } = await again({ jobId, seed, origin, requestKey, address: writeAddress(address), maxClipBytes: MAX_CLIP_BYTES }, deps);
      return async () => {
        if (created) await showLater(job, address);
      };
    },
  };
};
