/** What a failed Bot API call means for a conversation, read from the code and Telegram's own sentences. */
import { TelegramFailure } from './api.ts';

export type FailureKind =
  /** The message already is what it should become. */
  | 'unchanged'
  /** Too many requests, a network fault, or a server fault: try again later. */
  | 'later'
  /** The group became a supergroup; the failure says which. */
  | 'moved'
  | 'too-big'
  /** Blocked, kicked, or no such chat: nothing can be sent there any more. */
  | 'chat-gone'
  | 'message-gone'
  | 'reply-gone'
  | 'thread-gone'
  /** A right is missing that an administrator could grant. */
  | 'forbidden'
  /** Anything else that Telegram will refuse again. */
  | 'refused';

const sentences: readonly (readonly [RegExp, FailureKind])[] = [
  [/message is not modified/i, 'unchanged'],
  [/too big|too large|file_parts_invalid/i, 'too-big'],
  [/message to be replied not found|replied message not found|reply_message_id_invalid/i, 'reply-gone'],
  [/message thread not found|topic_(closed|deleted|id_invalid)/i, 'thread-gone'],
  [/message to (edit|delete) not found|message can't be (edited|deleted)|message_id_invalid|no (text|caption|media) in the message/i, 'message-gone'],
  [/not enough rights|have no rights|need administrator rights|chat_(send_\w+|write)_forbidden|chat_restricted/i, 'forbidden'],
  [/chat not found|user is deactivated|group chat was deactivated|group chat was deleted|peer_id_invalid|bot was (blocked|kicked)|not a member/i, 'chat-gone'],
];

export const kindOf = (failure: TelegramFailure): FailureKind => {
  const { status, description } = failure;
  if (failure.migratedTo !== null) return 'moved';
  if (status === 413) return 'too-big';
  // 401 is a token being changed: the operator will put it right, and the clips must survive that.
  if (status === 0 || status === 401 || status === 429 || status >= 500) return 'later';
  const known = sentences.find(([pattern]) => pattern.test(description));
  return known?.[1] ?? (status === 403 ? 'chat-gone' : 'refused');
};

const LATER_MS = 5_000;

/** Milliseconds to wait before the same call may succeed: what Telegram asks for, else a few seconds. */
export const waitMs = (failure: TelegramFailure): number => failure.retryAfterMs ?? LATER_MS;

/** Any thrown value as a failure; a programming error stays what it is. */
export const asFailure = (error: unknown): TelegramFailure => {
  if (error instanceof TelegramFailure) return error;
  throw error;
};
