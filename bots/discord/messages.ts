/** Words → Discord messages: status, outcome, sentences, and the buttons under them. */
import { type APIActionRowComponent, type APIButtonComponentWithCustomId, ButtonStyle, ComponentType, escapeMarkdown, type RawFile } from 'discord.js';
import type { ClipFile } from '../../core/channel.ts';
import { fromNote, noteText } from '../../core/errors.ts';
import type { Job, Standing } from '../../core/job.ts';
import { altText, canCancel, resultText, statusText } from '../../core/render.ts';

const MAX_CONTENT_CHARACTERS = 2000;
const MAX_QUOTE_CHARACTERS = 1500;

export type ButtonAction = 'again' | 'newSeed' | 'delete' | 'cancel';
type ButtonRow = APIActionRowComponent<APIButtonComponentWithCustomId>;

/** A message as Discord's REST takes it; what is not set stays as it was in an edit, so everything is. */
export interface OutgoingMessage {
  readonly body: {
    readonly content: string;
    readonly components: readonly ButtonRow[];
    readonly allowed_mentions: { readonly parse: readonly [] };
    readonly attachments?: readonly { readonly id: string; readonly filename: string; readonly description: string }[];
  };
  readonly files: RawFile[];
}

const buttonStyles: Readonly<Record<ButtonAction, { readonly label: string; readonly style: APIButtonComponentWithCustomId['style'] }>> = {
  again: { label: 'Again', style: ButtonStyle.Secondary },
  newSeed: { label: 'New seed', style: ButtonStyle.Primary },
  delete: { label: 'Delete', style: ButtonStyle.Danger },
  cancel: { label: 'Cancel', style: ButtonStyle.Secondary },
};

const row = (jobId: string, actions: readonly ButtonAction[]): readonly ButtonRow[] =>
  actions.length === 0
    ? []
    : [
        {
          type: ComponentType.ActionRow,
          components: actions.map((action) => ({ type: ComponentType.Button, custom_id: `${action}:${jobId}`, ...buttonStyles[action] })),
        },
      ];

/** What a button of ours says, or null for a foreign or malformed id. */
export const readButton = (customId: string): { readonly action: ButtonAction; readonly jobId: string } | null => {
  const [, action, jobId] = /^(again|newSeed|delete|cancel):([A-Za-z0-9]{1,40})$/.exec(customId) ?? [];
  return action && jobId ? { action: action as ButtonAction, jobId } : null;
};

/** Cut to what Discord takes, never through the middle of a character. */
export const shorten = (text: string, maxCharacters = MAX_CONTENT_CHARACTERS): string =>
  text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1).replace(/[\ud800-\udbff]$/, '')}…`;

const quote = (prompt: string): string => (prompt === '' ? '' : `> ${shorten(escapeMarkdown(prompt), MAX_QUOTE_CHARACTERS)}\n`);

const message = (content: string, components: readonly ButtonRow[]): OutgoingMessage => ({
  body: { content: shorten(content), components, allowed_mentions: { parse: [] } },
  files: [],
});

export const statusMessage = (job: Job, standing: Standing): OutgoingMessage =>
  message(`${quote(job.request.prompt)}${statusText(job, standing)}`, row(job.id, canCancel(job) ? ['cancel'] : []));

/** The clip with its recipe, or the reason why there is none. */
export const outcomeMessage = (job: Job, clip: ClipFile | null): OutgoingMessage => {
  if (job.state === 'done' && clip && job.clip) return clipMessage(job, clip, job.clip.format);
  const text = job.state === 'done' ? noteText({ code: 'JOB_UNKNOWN', params: {} }) : statusText(job, { position: 0, secondsLeft: null });
  const retryable = job.error !== null && fromNote(job.error).retry === 'later';
  return message(`${quote(job.request.prompt)}${text}`, row(job.id, retryable ? ['again'] : []));
};

const clipMessage = (job: Job, clip: ClipFile, format: string): OutgoingMessage => {
  const { prompt, recipe, notes } = resultText(job);
  const filename = `stillmotion-${job.id}.${format}`;
  const { body } = message(`${quote(prompt)}${[recipe, ...notes].map((line) => `-# ${line}`).join('\n')}`, row(job.id, ['again', 'newSeed', 'delete']));
  return {
    body: { ...body, attachments: [{ id: '0', filename, description: altText(job) }] },
    files: [{ name: filename, data: Buffer.from(clip.bytes), contentType: format === 'gif' ? 'image/gif' : 'video/mp4', key: 'files[0]' }],
  };
};

export const plainMessage = (text: string): OutgoingMessage => message(text, []);
