/** The REST routes of the fake Discord, each as one function from a request to an answer. */
import type { RESTPutAPIApplicationCommandsResult } from 'discord.js';
import { commandJson, type FakeMessage, type JsonObject, messageJson, snowflake, userJson } from './fake-discord-payloads.ts';
import type { FakeRequest } from './fake-discord-rules.ts';
import { type FakeInteraction, type FakeState, newMessage, storeFile } from './fake-discord-state.ts';
import type { Json } from './openapi-validator.ts';

export interface Answer {
  readonly status: number;
  readonly json?: Json;
}

const ACK_WITHIN_MS = 3_000;
const TOKEN_LIFE_MS = 15 * 60_000;
const NONCE_LIFE_MS = 5 * 60_000;
const LOADING = 1 << 7;
const EPHEMERAL = 1 << 6;

export const failure = (status: number, code: number, message: string): Answer => ({ status, json: { code, message } });
const unknownChannel = failure(404, 10003, 'Unknown Channel');

export const authorJson = (state: FakeState): JsonObject => userJson(state.botId, 'Stillmotion', true);
const shown = (state: FakeState, message: FakeMessage): Answer => ({ status: 200, json: messageJson(message, authorJson(state)) });

type Handler = (request: FakeRequest, state: FakeState, parameters: Readonly<Record<string, string>>) => Answer;

export const handlers: Readonly<Record<string, Handler>> = {
  'get /gateway/bot': (_request, state) => ({
    status: 200,
    json: {
      url: `${state.cdnUrl.replace('http:', 'ws:').replace(/\/cdn$/, '')}/gateway`,
      shards: state.shards,
      session_start_limit: { total: 1000, remaining: 999, reset_after: 0, max_concurrency: state.shards },
    },
  }),
  'get /applications/{application_id}/commands': (_request, state) => ({ status: 200, json: state.commands as unknown as Json }),
  'put /applications/{application_id}/commands': ({ body }, state) => {
    state.commands = (body as JsonObject[]).map((definition) => commandJson(definition, state.botId)) as unknown as RESTPutAPIApplicationCommandsResult;
    return { status: 200, json: state.commands as unknown as Json };
  },
  'post /interactions/{interaction_id}/{interaction_token}/callback': (request, state, { interaction_token: token = '' }) => {
    const interaction = state.interactions.get(token);
    if (!interaction) return failure(404, 10062, 'Unknown interaction');
    const ageMs = state.nowMs() - interaction.sentAtMs;
    if (ageMs > ACK_WITHIN_MS) {
      state.violations.push(`callback: acknowledged after ${ageMs} ms`);
      return failure(404, 10062, 'Unknown interaction');
    }
    if (interaction.answer !== null) return failure(400, 40060, 'Interaction has already been acknowledged.');
    interaction.ackMs = request.arrivedAtMs - interaction.dispatchedAtMs;
    return answerInteraction(request, state, interaction);
  },
  'post /webhooks/{webhook_id}/{webhook_token}': (request, state, { webhook_token: token = '' }) =>
    withToken(state, token, (interaction) => {
      const message = newMessage(state, interaction.channelId, { flags: Number((request.body as JsonObject).flags ?? 0) & EPHEMERAL });
      interaction.followUps.push(message);
      return write(request, state, message);
    }),
  'get /webhooks/{webhook_id}/{webhook_token}/messages/@original': (_request, state, { webhook_token: token = '' }) =>
    withOriginal(state, token, (message) => shown(state, message)),
  'patch /webhooks/{webhook_id}/{webhook_token}/messages/@original': (request, state, { webhook_token: token = '' }) =>
    withOriginal(state, token, (message) => {
      const answer = write(request, state, message);
      if (answer.status !== 200) return answer;
      message.edits += 1;
      message.flags &= ~LOADING;
      return shown(state, message);
    }),
  'delete /webhooks/{webhook_id}/{webhook_token}/messages/@original': (_request, state, { webhook_token: token = '' }) =>
    withOriginal(state, token, (message) => {
      message.deleted = true;
      return { status: 204 };
    }),
  'post /channels/{channel_id}/messages': (request, state, { channel_id: channelId = '' }) => {
    const channel = state.channels.get(channelId);
    if (!channel) return unknownChannel;
    if (channel.refuse) return failure(channel.refuse.status, channel.refuse.code, channel.refuse.message);
    const {
      nonce,
      enforce_nonce: enforce,
      message_reference: reference,
    } = request.body as { nonce?: string; enforce_nonce?: boolean; message_reference?: { message_id?: string; fail_if_not_exists?: boolean } };
    const same = state.messages.find(
      (m) => enforce === true && m.nonce === nonce && m.authorId === state.botId && m.createdAtMs > state.nowMs() - NONCE_LIFE_MS,
    );
    if (same) return shown(state, same);
    const replied = state.messages.find((m) => m.id === reference?.message_id && !m.deleted);
    if (reference?.message_id && !replied && reference.fail_if_not_exists !== false) return failure(400, 50035, 'Invalid Form Body');
    const message = newMessage(state, channelId, { nonce: nonce ?? null, replyTo: replied?.id ?? null });
    const answer = write(request, state, message);
    if (answer.status !== 200) state.messages.splice(state.messages.indexOf(message), 1);
    return answer;
  },
  'get /channels/{channel_id}/messages': ({ query }, state, { channel_id: channelId = '' }) => {
    if (!state.channels.has(channelId)) return unknownChannel;
    const found = state.messages.filter((message) => message.channelId === channelId && !message.deleted).slice(-Number(query.get('limit') ?? 50));
    return { status: 200, json: found.reverse().map((message) => shown(state, message).json as Json) };
  },
  'post /users/@me/channels': ({ body }, state) => {
    const userId = String((body as JsonObject).recipient_id);
    const id = `7${userId}`;
    if (!state.channels.has(id)) state.channels.set(id, { id, guildId: null, parentId: null, type: 1, refuse: null });
    return { status: 200, json: { id, type: 1, flags: 0, last_message_id: null, recipients: [userJson(userId, `user${userId}`)] } };
  },
};

const answerInteraction = (request: FakeRequest, state: FakeState, interaction: FakeInteraction): Answer => {
  const { type, data = {} } = request.body as { type: number; data?: JsonObject };
  interaction.answer = type;
  if (type === 9) interaction.modal = data;
  else if (type === 8) interaction.choices = (data.choices ?? []) as Json[];
  else if (type === 7 && interaction.original) write(request, state, interaction.original);
  else if (type === 4 || type === 5) {
    interaction.original = newMessage(state, interaction.channelId, { flags: (Number(data.flags ?? 0) & EPHEMERAL) | (type === 5 ? LOADING : 0) });
    if (type === 4) write({ ...request, body: data }, state, interaction.original);
  }
  if (request.query.get('with_response') !== 'true') return { status: 204 };
  return { status: 200, json: { interaction: { id: interaction.id, type: 2, response_message_id: interaction.original?.id ?? snowflake() } } };
};

const withToken = (state: FakeState, token: string, next: (interaction: FakeInteraction) => Answer): Answer => {
  const interaction = state.interactions.get(token);
  if (!interaction) return failure(404, 10015, 'Unknown Webhook');
  if (state.nowMs() - interaction.sentAtMs > TOKEN_LIFE_MS) return failure(401, 50027, 'Invalid Webhook Token');
  if (interaction.answer === null) return failure(404, 10015, 'Unknown Webhook');
  return next(interaction);
};

const withOriginal = (state: FakeState, token: string, next: (message: FakeMessage) => Answer): Answer =>
  withToken(state, token, ({ original }) => (original && !original.deleted ? next(original) : failure(404, 10008, 'Unknown Message')));

/** Takes content, components and files into a message; what a request leaves out stays. */
const write = ({ body, files }: FakeRequest, state: FakeState, message: FakeMessage): Answer => {
  if ([...files.values()].some(({ bytes }) => bytes.length > state.fileLimitBytes)) return failure(413, 40005, 'Request entity too large');
  const { content, components, attachments } = body as {
    content?: string;
    components?: Json[];
    attachments?: { id: string | number; filename?: string; description?: string }[];
  };
  const listed = attachments ?? [...files.keys()].map((name) => ({ id: name.slice(6, -1), filename: undefined, description: undefined }));
  if (attachments || files.size > 0) {
    const kept = message.attachments.filter(({ id }) => listed.some((wanted) => String(wanted.id) === id));
    const added = listed.flatMap(({ id, filename, description }) => {
      const file = files.get(`files[${id}]`);
      return file ? [storeFile(state, message.channelId, filename ?? file.name, file.bytes, file.type, description)] : [];
    });
    message.attachments = [...kept, ...added];
  }
  if (typeof content === 'string') message.content = content;
  if (components) message.components = components;
  if (message.content === '' && message.attachments.length === 0) return failure(400, 50006, 'Cannot send an empty message');
  return shown(state, message);
};
