/** What the fake Discord remembers: guilds, channels, messages, interactions, commands, faults and broken rules. */
import type { RESTPutAPIApplicationCommandsResult } from 'discord.js';
import type { FakeAttachment, FakeMessage } from './fake-discord-payloads.ts';
import { snowflake } from './fake-discord-payloads.ts';
import type { Json } from './openapi-validator.ts';

export interface FakeChannel {
  readonly id: string;
  readonly guildId: string | null;
  /** Set for a thread. */
  readonly parentId: string | null;
  /** 0 text, 1 direct messages, 11 public thread. */
  readonly type: 0 | 1 | 11;
  /** What the bot may do when it posts here; null = everything. */
  refuse: { readonly status: number; readonly code: number; readonly message: string } | null;
}

export interface FakeInteraction {
  readonly id: string;
  readonly token: string;
  readonly channelId: string;
  readonly guildId: string | null;
  readonly userId: string;
  /** On the fake's clock. */
  readonly sentAtMs: number;
  /** On the machine's own clock. */
  readonly dispatchedAtMs: number;
  /** Type of the first answer, or null before it came. */
  answer: number | null;
  /** From the dispatch to the first answer, on the machine's own clock. */
  ackMs: number | null;
  /** The form shown as an answer. */
  modal: Json | null;
  /** The choices suggested as an answer. */
  choices: Json[] | null;
  original: FakeMessage | null;
  readonly followUps: FakeMessage[];
}

export interface Fault {
  readonly method?: string;
  readonly path: RegExp;
  /** How many requests it hits. */
  times: number;
  readonly status: number;
  readonly code?: number;
  readonly retryAfterS?: number;
  /** The request is performed, and the connection cut before the answer. */
  readonly cutAfter?: boolean;
}

/** One call, for tests that count them. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly atMs: number;
  readonly authorized: boolean;
  readonly body: Json | undefined;
}

export interface StoredFile {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

export interface FakeState {
  readonly token: string;
  readonly botId: string;
  /** How many gateway connections the bot is told to open. */
  readonly shards: number;
  readonly nowMs: () => number;
  cdnUrl: string;
  /** Bytes one uploaded file may have. */
  fileLimitBytes: number;
  commands: RESTPutAPIApplicationCommandsResult;
  readonly channels: Map<string, FakeChannel>;
  readonly interactions: Map<string, FakeInteraction>;
  readonly messages: FakeMessage[];
  readonly files: Map<string, StoredFile>;
  readonly faults: Fault[];
  readonly calls: Call[];
  readonly violations: string[];
}

/** Puts a file on the CDN under an address that nobody can guess. */
export const storeFile = (
  state: FakeState,
  channelId: string,
  filename: string,
  bytes: Uint8Array,
  contentType: string,
  description?: string,
): FakeAttachment => {
  const id = snowflake();
  const path = `/attachments/${channelId}/${id}/${encodeURIComponent(filename)}`;
  state.files.set(path, { bytes, contentType });
  return { id, filename, size: bytes.length, url: `${state.cdnUrl}${path}?ex=69200000&is=691f0000&hm=0a1b`, contentType, description };
};

export const newMessage = (state: FakeState, channelId: string, extra: Partial<FakeMessage> = {}): FakeMessage => {
  const message: FakeMessage = {
    id: snowflake(),
    channelId,
    authorId: state.botId,
    content: '',
    components: [],
    attachments: [],
    flags: 0,
    nonce: null,
    replyTo: null,
    edits: 0,
    deleted: false,
    createdAtMs: state.nowMs(),
    ...extra,
  };
  state.messages.push(message);
  return message;
};
