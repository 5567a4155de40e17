/**
 * A chat platform and its people in a process of their own, for `npm run bench -- accept`: started by `fork` with the platform's name,
 * it says where it is, sends one request of every person at once when told to, and reports when the bot's first answers arrived.
 */
import { performance } from 'node:perf_hooks';
import { startFakeDiscord } from '../support/fake-discord.ts';
import { type FakeTelegram, startFakeTelegram } from '../support/fake-telegram.ts';
import { jpeg } from '../support/photos.ts';
import { pause } from './figures.ts';

/** Where the bot finds the platform. */
export interface Place {
  readonly token: string;
  readonly apiUrl: string;
  /** Where photos are downloaded from. */
  readonly photoOrigin: string;
}

/** How long everybody waited, in milliseconds; whoever was not answered is missing. */
export interface Waits {
  /** From the request to the first thing that its person sees. */
  readonly seenMs: readonly number[];
  /** From the request to the platform knowing that the bot has it for good: on Discord the same as `seenMs`. */
  readonly keptMs: readonly number[];
  /** Until the bot's first message or edit with words in it. */
  readonly wordsMs: readonly number[];
  /** What the bot did against the protocol. */
  readonly violations: readonly string[];
}

export type FromPlatform = { readonly type: 'place'; readonly place: Place } | { readonly type: 'waits'; readonly waits: Waits };
export interface ToPlatform {
  readonly type: 'crowd';
  readonly people: number;
  /** Whoever has not been answered by then is not. */
  readonly patienceMs: number;
}

interface Platform {
  readonly place: Place;
  /** @returns reads how long everybody has waited so far */
  send(people: number): () => Waits;
}

const openDiscord = async (photo: Uint8Array): Promise<Platform> => {
  const discord = await startFakeDiscord();
  let crowds = 0;
  return {
    place: { token: discord.token, apiUrl: discord.apiUrl, photoOrigin: new URL(discord.cdnUrl).origin },
    send(people) {
      crowds += 1;
      const image = discord.addPhoto(photo).id;
      const sent = Array.from({ length: people }, (_, n) => ({
        atMs: Date.now(),
        interaction: discord.slash('animate', { image, prompt: 'waves' }, { userId: `6${crowds}${String(n).padStart(4, '0')}`, guildId: null }),
      }));
      return () => {
        const acks = sent.flatMap(({ interaction }) => interaction.ackMs ?? []);
        const wordsMs = sent.flatMap(({ atMs, interaction }) => {
          const edit = discord.calls.find(({ method, path }) => method === 'PATCH' && path.includes(interaction.token));
          return edit ? [edit.atMs - atMs] : [];
        });
        return { seenMs: acks, keptMs: acks, wordsMs, violations: discord.violations };
      };
    },
  };
};

interface HandedOut {
  readonly update_id: number;
  readonly message?: { readonly chat: { readonly id: number } };
}

/** Every update that was given to the bot. */
const handedOut = ({ calls }: FakeTelegram): readonly HandedOut[] =>
  calls.flatMap(({ method, reply }) => (method === 'getUpdates' && typeof reply === 'object' && 'result' in reply ? (reply.result as HandedOut[]) : []));

const openTelegram = async (photo: Uint8Array): Promise<Platform> => {
  const telegram = await startFakeTelegram();
  return {
    place: { token: telegram.token, apiUrl: telegram.apiRoot, photoOrigin: telegram.apiRoot },
    send(people) {
      const sent = Array.from({ length: people }, () => {
        const { chat, user } = telegram.person('Ada');
        const atMs = Date.now();
        telegram.sendPhoto(user, chat, photo, { caption: 'waves' });
        return { chatId: chat.id, atMs };
      });
      return () => {
        const updateIds = new Map(handedOut(telegram).map(({ update_id, message }) => [message?.chat.id, update_id]));
        const first = (fits: (method: string, params: Readonly<Record<string, unknown>>) => boolean): number | null =>
          telegram.calls.find(({ method, params }) => fits(method, params))?.atMs ?? null;
        const waits = (event: (one: (typeof sent)[number]) => number | null): number[] =>
          sent.flatMap((one) => {
            const atMs = event(one);
            return atMs === null ? [] : [atMs - one.atMs];
          });
        return {
          seenMs: waits(({ chatId }) => first((method, params) => /^send(ChatAction|Message)$/.test(method) && params.chat_id === chatId)),
          // The offset of a poll tells Telegram what it need not keep any longer.
          keptMs: waits(({ chatId }) => first((method, params) => method === 'getUpdates' && Number(params.offset) > (updateIds.get(chatId) ?? Infinity))),
          wordsMs: waits(({ chatId }) => first((method, params) => method === 'sendMessage' && params.chat_id === chatId)),
          violations: telegram.violations,
        };
      };
    },
  };
};

const tell = (message: FromPlatform): void => void process.send?.(message);
const photo = new Uint8Array(await jpeg());
const { place, send } = await (process.argv[2] === 'discord' ? openDiscord(photo) : openTelegram(photo));

process.on('disconnect', () => process.exit());
process.on('message', async ({ people, patienceMs }: ToPlatform) => {
  const read = send(people);
  const isComplete = ({ seenMs, keptMs, wordsMs }: Waits): boolean => [seenMs, keptMs, wordsMs].every((list) => list.length === people);
  // Looked at seldom: reading everything takes time that the platform needs for its answers.
  for (const endMs = performance.now() + patienceMs; !isComplete(read()) && performance.now() < endMs; ) await pause(500);
  tell({ type: 'waits', waits: read() });
});
tell({ type: 'place', place });
