/** The commands as Discord registers them, derived from the manifests and settings. */
import {
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  PermissionFlagsBits,
} from 'discord.js';
import { clipOptions, promptCharacters as longestPrompt, type OptionSpec } from '../../core/commands.ts';
import type { EngineManifest } from '../../core/engine.ts';
import { photoEngines, wordsEngines } from '../../core/engine-choice.ts';
import { settingSpecs } from '../../core/settings.ts';

/** As the specification has it: rights are a number in a request and text in an answer. */
export interface CommandDefinition {
  readonly name: string;
  readonly type: ApplicationCommandType.ChatInput | ApplicationCommandType.Message;
  readonly description?: string;
  readonly options?: readonly APIApplicationCommandOption[];
  readonly contexts: readonly InteractionContextType[];
  readonly integration_types: readonly ApplicationIntegrationType[];
  readonly default_member_permissions?: number;
}

export const ANIMATE_MESSAGE = 'Animate';

/** A command option holds this many characters. */
const MAX_OPTION_CHARACTERS = 6000;

const { Attachment, Boolean: Flag, Integer, Number: Decimal, String: Text, Subcommand, SubcommandGroup, User } = ApplicationCommandOptionType;

const everywhere = {
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  integration_types: [ApplicationIntegrationType.GuildInstall],
} as const;

const toOption = (spec: OptionSpec): APIApplicationCommandBasicOption => {
  const { name, description } = spec;
  if (spec.kind === 'flag') return { type: Flag, name, description };
  if (spec.kind === 'text') return { type: Text, name, description, max_length: Math.min(MAX_OPTION_CHARACTERS, spec.maxCharacters) };
  if (spec.kind !== 'choice') {
    const range = { name, description, min_value: spec.min, max_value: spec.max };
    return spec.kind === 'integer' ? { type: Integer, ...range } : { type: Decimal, ...range };
  }
  // Engines come and go without a new registration, and there may be more than a choice list holds.
  if (name === 'engine') return { type: Text, name, description, autocomplete: true };
  return { type: Text, name, description, choices: spec.choices.map(({ value, title }) => ({ name: title, value })) };
};

const person = (description: string): APIApplicationCommandBasicOption => ({ type: User, name: 'user', description, required: true });
const reason: APIApplicationCommandBasicOption = { type: Text, name: 'reason', description: 'Kept in the audit trail', max_length: 200 };

const moderation: readonly APIApplicationCommandOption[] = [
  {
    type: SubcommandGroup,
    name: 'settings',
    description: 'The rules of this server',
    options: [
      { type: Subcommand, name: 'show', description: 'Show the rules of this server' },
      {
        type: Subcommand,
        name: 'set',
        description: 'Change one rule; it applies from the next request',
        options: [
          { type: Text, name: 'setting', description: 'Which rule', required: true, choices: settingSpecs.map(({ name }) => ({ name, value: name })) },
          { type: Text, name: 'value', description: 'The new value', required: true, max_length: 1000, autocomplete: true },
        ],
      },
    ],
  },
  {
    type: SubcommandGroup,
    name: 'quota',
    description: 'Credits per person and day; a usual clip costs one',
    options: [
      {
        type: Subcommand,
        name: 'show',
        description: 'What somebody has left',
        options: [person('Whose'), { type: Flag, name: 'why', description: 'Also show what their credits went to here' }],
      },
      {
        type: Subcommand,
        name: 'grant',
        description: 'Give somebody extra credits that do not expire',
        options: [person('To whom'), { type: Integer, name: 'clips', description: 'How many', required: true, min_value: 1, max_value: 1000 }, reason],
      },
      { type: Subcommand, name: 'reset', description: 'Give back what somebody used today', options: [person('To whom')] },
    ],
  },
  {
    type: Subcommand,
    name: 'ban',
    description: 'Forbid somebody to use Stillmotion in this server',
    options: [person('Whom'), reason, { type: Text, name: 'duration', description: '30m, 12h, 7d or forever', max_length: 20 }],
  },
  { type: Subcommand, name: 'unban', description: 'Allow somebody to use Stillmotion again', options: [person('Whom')] },
  { type: Subcommand, name: 'audit', description: 'What moderators changed here' },
];

const prompt = (manifests: readonly EngineManifest[], description: string): APIApplicationCommandBasicOption => ({
  type: Text,
  name: 'prompt',
  description,
  required: manifests.every((m) => m.inputs.text === 'required'),
  max_length: promptCharacters(manifests),
  autocomplete: true,
});

const animate = (manifests: readonly EngineManifest[]): CommandDefinition => ({
  name: 'animate',
  type: ApplicationCommandType.ChatInput,
  description: 'Bring a photo to life',
  ...everywhere,
  options: [
    { type: Attachment, name: 'image', description: 'The photo: JPEG, PNG, WebP, AVIF or GIF', required: true },
    prompt(manifests, 'What should move, for example: waves on the lake, slow zoom in'),
    ...clipOptions(manifests).map(toOption),
  ],
});

const video = (manifests: readonly EngineManifest[]): CommandDefinition => ({
  name: 'video',
  type: ApplicationCommandType.ChatInput,
  description: 'Make a clip from words alone',
  ...everywhere,
  options: [
    { ...prompt(manifests, 'What should be seen, for example: a red boat on a misty lake at dawn'), required: true },
    ...clipOptions(manifests).map(toOption),
  ],
});

/** `/video` is there as long as an engine is that works from words alone. */
export const commandDefinitions = (manifests: readonly EngineManifest[]): readonly CommandDefinition[] => [
  animate(photoEngines(manifests)),
  ...(wordsEngines(manifests).length > 0 ? [video(wordsEngines(manifests))] : []),
  { name: ANIMATE_MESSAGE, type: ApplicationCommandType.Message, ...everywhere },
  {
    name: 'quota',
    type: ApplicationCommandType.ChatInput,
    description: 'How much you may still make today',
    ...everywhere,
    options: [{ type: Flag, name: 'why', description: 'Also show what your credits went to' }],
  },
  {
    name: 'result',
    type: ApplicationCommandType.ChatInput,
    description: 'Bring a finished clip here: one that did not arrive, or your newest',
    ...everywhere,
    options: [{ type: Text, name: 'code', description: 'Of an older clip; your newest without it', max_length: 40 }],
  },
  { name: 'cancel', type: ApplicationCommandType.ChatInput, description: 'Cancel your newest clip in progress', ...everywhere },
  { name: 'help', type: ApplicationCommandType.ChatInput, description: 'What I can animate, and how to ask for it', ...everywhere },
  {
    name: 'stillmotion',
    type: ApplicationCommandType.ChatInput,
    description: 'For moderators: settings, quotas, bans',
    contexts: [InteractionContextType.Guild],
    integration_types: [ApplicationIntegrationType.GuildInstall],
    // Only hides the command; the right itself is asked on every call.
    default_member_permissions: Number(PermissionFlagsBits.ManageGuild),
    options: moderation,
  },
];

/** The longest prompt any engine takes, within what Discord does. */
export const promptCharacters = (manifests: readonly EngineManifest[]): number => Math.min(MAX_OPTION_CHARACTERS, longestPrompt(manifests));

const comparedKeys: ReadonlySet<string> = new Set([
  'name',
  'type',
  'description',
  'options',
  'required',
  'choices',
  'value',
  'autocomplete',
  'min_value',
  'max_value',
  'min_length',
  'max_length',
  'contexts',
  'integration_types',
  'default_member_permissions',
]);

/** True when Discord already has these commands; what it adds (ids, versions, empty values) does not count. */
export const sameCommands = (registered: unknown, wanted: readonly CommandDefinition[]): boolean => canonical(registered) === canonical(wanted);

const canonical = (commands: unknown): string => {
  const list = (Array.isArray(commands) ? commands : []) as readonly { readonly type?: unknown; readonly name?: unknown }[];
  const sorted = [...list].sort((a, b) => `${a.type} ${a.name}`.localeCompare(`${b.type} ${b.name}`));
  return JSON.stringify(sorted, (key, value: unknown) => {
    if (value === null || value === false || value === '' || (Array.isArray(value) && value.length === 0)) return undefined;
    if (key === 'default_member_permissions') return String(value);
    if (typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => comparedKeys.has(name))
        .sort(([a], [b]) => a.localeCompare(b)),
    );
  });
};
