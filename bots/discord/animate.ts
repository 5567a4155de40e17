/** Everything that asks for a clip: the commands, the message command with its form, and the buttons Again and New seed. */
import {
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  LabelBuilder,
  type MessageContextMenuCommandInteraction,
  ModalBuilder,
  type ModalSubmitInteraction,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import type { Channel } from '../../core/channel.ts';
import { clipOptions, parseOptions } from '../../core/commands.ts';
import type { Deps } from '../../core/deps.ts';
import { checkWordsEngine } from '../../core/engine-choice.ts';
import { AppError } from '../../core/errors.ts';
import { isFinal } from '../../core/job.ts';
import { again, type SubmitCall, type Submitted, submit } from '../../core/submit.ts';
import type { Lane } from '../lane.ts';
import { answer, answerAtOnce, refusal } from './answers.ts';
import { promptCharacters } from './commands.ts';
import { addressOf, checkMayAttach, maxClipBytesOf, originOf, requestKeyOf } from './origin.ts';
import { type Offers, photosOf } from './photos.ts';

/** What the handlers of interactions need. */
export interface Desk {
  readonly deps: Deps;
  readonly offers: Offers;
  readonly showStatus: Channel['showStatus'];
  readonly lane: Lane;
}

type AskInteraction = ChatInputCommandInteraction | ModalSubmitInteraction | ButtonInteraction;
type Ask = (base: Pick<SubmitCall, 'origin' | 'address' | 'requestKey' | 'maxClipBytes'>) => Promise<Submitted>;

/** A form of ours: `animate:` and the id of the interaction that opened it. */
const formId = /^animate:(\d{1,20})$/;
const MAX_FORM_CHARACTERS = 4000;

export const animateCommand = (interaction: ChatInputCommandInteraction, desk: Desk): Promise<void> =>
  take(interaction, desk, async (base) => {
    const { url } = interaction.options.getAttachment('image', true);
    return submit({ ...base, photo: { kind: 'url', url }, ...wordsOf(interaction, desk.deps) }, desk.deps);
  });

/** A clip from words alone. */
export const videoCommand = (interaction: ChatInputCommandInteraction, desk: Desk): Promise<void> =>
  take(interaction, desk, async (base) => {
    // The command is gone when no engine can do it, but a menu that was open may still hold it.
    checkWordsEngine(desk.deps.manifests);
    return submit({ ...base, photo: null, ...wordsOf(interaction, desk.deps) }, desk.deps);
  });

const wordsOf = ({ options }: ChatInputCommandInteraction, { manifests }: Deps): Pick<SubmitCall, 'prompt' | 'options'> => {
  const values = clipOptions(manifests).map(({ name }) => [name, options.get(name)?.value?.toString()] as const);
  return { prompt: options.getString('prompt') ?? '', options: parseOptions(Object.fromEntries(values), manifests) };
};

export const againButton = (interaction: ButtonInteraction, jobId: string, seed: 'same' | 'new', desk: Desk): Promise<void> =>
  take(interaction, desk, (base) => again({ ...base, jobId, seed }, desk.deps));

/** Opens a form for the words; a form must be the first answer, so the photo is fetched when it comes back. */
export const animateMessage = async (interaction: MessageContextMenuCommandInteraction, desk: Desk): Promise<void> => {
  const photos = photosOf(interaction.targetMessage);
  if (photos.length === 0) return answerAtOnce(interaction, refusal(new AppError('PHOTO_MISSING'), interaction, desk.deps.log));
  const prompt = new TextInputBuilder()
    .setCustomId('prompt')
    .setStyle(TextInputStyle.Paragraph)
    .setPlaceholder('waves on the lake, slow zoom in')
    .setMaxLength(Math.min(MAX_FORM_CHARACTERS, promptCharacters(desk.deps.manifests)))
    .setRequired(desk.deps.manifests[0]?.inputs.text === 'required');
  const form = new ModalBuilder()
    .setCustomId(`animate:${interaction.id}`)
    .setTitle('Bring this photo to life')
    .addLabelComponents(new LabelBuilder().setLabel('What should move?').setTextInputComponent(prompt));
  if (photos.length > 1) {
    const select = new StringSelectMenuBuilder()
      .setCustomId('photo')
      .addOptions(photos.map(({ name }, index) => ({ label: `${index + 1}. ${name}`.slice(0, 100), value: String(index), default: index === 0 })));
    form.addLabelComponents(new LabelBuilder().setLabel('Which photo?').setStringSelectMenuComponent(select));
  }
  await interaction.showModal(form);
  await desk.offers.keep(interaction.id, photos);
};

/** @returns false when the form is not ours */
export const animateForm = async (interaction: ModalSubmitInteraction, desk: Desk): Promise<boolean> => {
  const offerId = formId.exec(interaction.customId)?.[1];
  if (!offerId) return false;
  await take(interaction, desk, async (base) => {
    const urls = await desk.offers.take(offerId);
    const { fields } = interaction;
    const url = urls?.[fields.fields.has('photo') ? Number(fields.getStringSelectValues('photo')[0]) : 0];
    if (url === undefined) throw new AppError('PHOTO_MISSING');
    return submit({ ...base, photo: { kind: 'url', url }, prompt: fields.getTextInputValue('prompt'), options: {} }, desk.deps);
  });
  return true;
};

/** Acknowledges at once, then, in line, checks and submits; a refusal becomes a sentence in the same message. */
const take = async (interaction: AskInteraction, desk: Desk, ask: Ask): Promise<void> => {
  const { deps, lane } = desk;
  await lane.acknowledge(() => interaction.deferReply());
  try {
    checkMayAttach(interaction);
    const address = addressOf(interaction, deps.clock.nowMs());
    const { job, standing } = await lane.run(interaction.user.id, () =>
      ask({ origin: originOf(interaction), address, requestKey: requestKeyOf(interaction), maxClipBytes: maxClipBytesOf(interaction) }),
    );
    if (!isFinal(job.state)) await desk.showStatus(job, standing);
  } catch (error) {
    await answer(interaction, refusal(error, interaction, deps.log));
  }
};
