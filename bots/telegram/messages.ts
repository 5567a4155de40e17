/** How the words of the use cases look on Telegram: texts within its limits, escaped captions, and buttons. */
import { AppError, noteText } from '../../core/errors.ts';
import type { Job, Standing } from '../../core/job.ts';
import { canCancel, resultText, statusText } from '../../core/render.ts';

const MAX_TEXT = 4096;
const MAX_CAPTION = 1024;
/** The longest text an alert over the chat may have. */
export const MAX_ALERT = 200;

export interface Keyboard {
  readonly inline_keyboard: readonly (readonly { readonly text: string; readonly callback_data: string }[])[];
}

export interface TextMessage {
  readonly text: string;
  readonly reply_markup: Keyboard;
}

export type ButtonAction = 'again' | 'seed' | 'delete' | 'cancel';

const labels: Readonly<Record<ButtonAction, string>> = { again: '🔁 Again', seed: '🎲 New seed', delete: '🗑 Delete', cancel: '✖️ Cancel' };

export const keyboard = (jobId: string, ...actions: readonly ButtonAction[]): Keyboard => ({
  inline_keyboard: actions.length === 0 ? [] : [actions.map((action) => ({ text: labels[action], callback_data: `${action}:${jobId}` }))],
});

/** @returns the action and job of a button, or null for data that no button of ours carries */
export const readButton = (data: string): { readonly action: ButtonAction; readonly jobId: string } | null => {
  const [, action, jobId] = /^(again|seed|delete|cancel):([0-9A-Za-z]{1,40})$/.exec(data) ?? [];
  return action && jobId ? { action: action as ButtonAction, jobId } : null;
};

/** At most `max` UTF-16 units, which is how Telegram counts, without splitting a character. */
export const cut = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const head = text.slice(0, max - 1);
  return `${/[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head}…`;
};

export const plain = (text: string) => ({ text: cut(text, MAX_TEXT), link_preview_options: { is_disabled: true } });

/** The sentence a person reads for a failure; room ids are topics here. */
export const sentence = (error: AppError): string => noteText(error.toNote()).replace(/<#(\d+)>/g, 'topic $1');

export const statusMessage = (job: Job, standing: Standing): TextMessage => ({
  ...plain(statusText(job, standing)),
  reply_markup: canCancel(job) ? keyboard(job.id, 'cancel') : keyboard(job.id),
});

/** What becomes of the status message when there is no clip to show. */
export const endMessage = (job: Job): TextMessage => {
  const text = job.deleted
    ? '🗑 This clip was deleted.'
    : job.state === 'done'
      ? `⚠️ ${sentence(new AppError('INTERNAL'))}`
      : statusText(job, { position: 0, secondsLeft: null });
  return { ...plain(text), reply_markup: job.state === 'failed' ? keyboard(job.id, 'again') : keyboard(job.id) };
};

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The words, the recipe with a seed that a tap copies, and remarks; the words give way when it grows too long. */
export const caption = (job: Job) => {
  const { prompt, recipe, notes } = resultText(job);
  const below = cut([recipe, ...notes].join('\n'), MAX_CAPTION / 2);
  const words = cut(prompt, MAX_CAPTION - below.length - 1);
  const html = escapeHtml(below).replace(/^seed (\d+)/, 'seed <code>$1</code>');
  return { caption: words ? `<b>${escapeHtml(words)}</b>\n${html}` : html, parse_mode: 'HTML' };
};
