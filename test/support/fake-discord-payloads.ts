/** The JSON that Discord sends: users, guilds, messages and interactions, as small as discord.js and the specification allow. */
import { type APIApplicationCommandOption, type APIMessage, ApplicationCommandOptionType, type RESTPutAPIApplicationCommandsResult } from 'discord.js';
import type { Json } from './openapi-validator.ts';

export type JsonObject = { [key: string]: Json | undefined };
type Command = RESTPutAPIApplicationCommandsResult[number];

let counter = 0;

/** A new Discord id whose time is `atMs`. */
export const snowflake = (atMs = Date.now()): string => {
  counter = (counter + 1) % 4096;
  return String((BigInt(atMs - 1_420_070_400_000) << 22n) | BigInt(counter));
};

export const userJson = (id: string, username: string, bot = false): JsonObject => ({
  id,
  username,
  avatar: null,
  discriminator: bot ? '1234' : '0',
  public_flags: 0,
  flags: 0,
  global_name: bot ? null : username,
  primary_guild: null,
  ...(bot ? { bot } : {}),
});

/** A role of every server besides @everyone. */
export const PATRON_ROLE = '8800';

const roleJson = (id: string, name: string, position: number): JsonObject => ({
  id,
  name,
  permissions: '0',
  position,
  color: 0,
  hoist: false,
  managed: false,
  mentionable: false,
  flags: 0,
});

export const guildJson = (id: string, channels: readonly JsonObject[]): JsonObject => ({
  id,
  name: `Guild ${id}`,
  icon: null,
  owner_id: '99',
  roles: [roleJson(id, '@everyone', 0), roleJson(PATRON_ROLE, 'Patrons', 1)],
  emojis: [],
  features: [],
  stickers: [],
  channels: [...channels],
  threads: [],
  members: [],
  member_count: 1,
  joined_at: new Date(0).toISOString(),
  large: false,
  unavailable: false,
  preferred_locale: 'en-US',
  premium_tier: 0,
  nsfw_level: 0,
  verification_level: 0,
  default_message_notifications: 0,
  explicit_content_filter: 0,
  mfa_level: 0,
  system_channel_flags: 0,
});

export interface FakeAttachment {
  readonly id: string;
  readonly filename: string;
  readonly size: number;
  readonly url: string;
  readonly contentType: string;
  readonly description?: string | undefined;
}

export const attachmentJson = ({ id, filename, size, url, contentType, description }: FakeAttachment): JsonObject => ({
  id,
  filename,
  size,
  url,
  proxy_url: url,
  content_type: contentType,
  ...(description === undefined ? {} : { description }),
});

export interface FakeMessage {
  readonly id: string;
  readonly channelId: string;
  readonly authorId: string;
  content: string;
  components: Json[];
  attachments: FakeAttachment[];
  flags: number;
  readonly nonce: string | null;
  readonly replyTo: string | null;
  edits: number;
  deleted: boolean;
  readonly createdAtMs: number;
}

/** Discord numbers the components of a message when it is sent. */
const numbered = (components: readonly Json[]): Json[] => {
  let id = 0;
  const visit = (component: Json): Json =>
    component !== null && typeof component === 'object' && !Array.isArray(component)
      ? { id: ++id, ...component, ...(Array.isArray(component.components) ? { components: component.components.map(visit) } : {}) }
      : component;
  return components.map(visit);
};

export const messageJson = (message: FakeMessage, author: JsonObject): JsonObject => ({
  id: message.id,
  type: message.replyTo === null ? 0 : 19,
  channel_id: message.channelId,
  author,
  content: message.content,
  mentions: [],
  mention_roles: [],
  mention_everyone: false,
  attachments: message.attachments.map(attachmentJson),
  embeds: [],
  components: numbered(message.components),
  timestamp: new Date(message.createdAtMs).toISOString(),
  edited_timestamp: message.edits > 0 ? new Date(message.createdAtMs).toISOString() : null,
  flags: message.flags,
  pinned: false,
  tts: false,
  ...(message.nonce === null ? {} : { nonce: message.nonce }),
});

/** A message of a person, as a message command shows it. */
export const personMessage = (channelId: string, authorId: string, extra: Partial<APIMessage>): JsonObject => ({
  ...messageJson(
    {
      id: snowflake(),
      channelId,
      authorId,
      content: '',
      components: [],
      attachments: [],
      flags: 0,
      nonce: null,
      replyTo: null,
      edits: 0,
      deleted: false,
      createdAtMs: Date.now(),
    },
    userJson(authorId, `user${authorId}`),
  ),
  ...(extra as JsonObject),
});

export const commandJson = (definition: JsonObject, applicationId: string): JsonObject => {
  const { default_member_permissions: rights, ...rest } = definition;
  return {
    description: '',
    ...rest,
    id: snowflake(),
    application_id: applicationId,
    version: snowflake(),
    default_member_permissions: rights === undefined || rights === null ? null : String(rights),
    dm_permission: true,
    nsfw: false,
    ...(definition.options === undefined ? {} : { options: answeredOptions(definition.options) }),
  };
};

/** Discord leaves out of its answer what is false. */
const answeredOptions = (options: Json): Json =>
  Array.isArray(options)
    ? options.map((option) => {
        const { required, options: inner, ...rest } = option as JsonObject;
        return { ...rest, ...(required === true ? { required } : {}), ...(inner === undefined ? {} : { options: answeredOptions(inner) }) };
      })
    : [];

/**
 * The data of a chat command as a person's client sends it.
 * @param line the command and its subcommands, for example `stillmotion settings set`
 * @param focused the option being typed, for autocomplete
 * @throws when the command or an option is not registered, as no client could send it
 */
export const commandData = (
  commands: readonly Command[],
  line: string,
  values: Readonly<Record<string, string | number | boolean>>,
  focused?: string,
): JsonObject => {
  const [name, ...path] = line.split(' ');
  const command = commands.find((c) => c.name === name);
  if (!command) throw new Error(`/${name} is not registered`);
  const build = (options: readonly APIApplicationCommandOption[], rest: readonly string[]): Json[] => {
    const [next, ...further] = rest;
    if (next !== undefined) {
      const sub = options.find((o) => o.name === next);
      if (!sub || !('options' in sub || sub.type === ApplicationCommandOptionType.Subcommand)) throw new Error(`/${line}: ${next} is not registered`);
      return [{ name: next, type: sub.type, options: build(('options' in sub ? sub.options : undefined) ?? [], further) }];
    }
    return Object.entries(values).map(([option, value]) => {
      const known = options.find((o) => o.name === option);
      if (!known) throw new Error(`/${line}: option ${option} is not registered`);
      return { name: option, type: known.type, value, ...(option === focused ? { focused: true } : {}) };
    });
  };
  return { id: command.id, name: command.name, type: 1, options: build(command.options ?? [], path) };
};
