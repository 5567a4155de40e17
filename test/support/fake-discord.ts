/** A Discord that is true to its protocol: REST, gateway and CDN on one port, every request and every answer held to the specification. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RESTPutAPIApplicationCommandsResult } from 'discord.js';
import { countRequests } from './busy.ts';
import { startFakeGateway } from './fake-discord-gateway.ts';
import {
  attachmentJson,
  commandData,
  type FakeAttachment,
  type FakeMessage,
  type JsonObject,
  personMessage,
  snowflake,
  userJson,
} from './fake-discord-payloads.ts';
import { placeJson, readyData, type Where } from './fake-discord-places.ts';
import { authorJson } from './fake-discord-rest.ts';
import { serve } from './fake-discord-server.ts';
import { type Call, type FakeInteraction, type FakeState, type Fault, storeFile } from './fake-discord-state.ts';

const FAKE_TOKEN = 'MTIzNDU2Nzg5MDEyMzQ1Njc4.canary.fake-discord-token';
const APPLICATION_ID = '123456789012345678';

type OptionValues = Readonly<Record<string, string | number | boolean>>;

export interface FakeDiscord {
  readonly apiUrl: string;
  readonly cdnUrl: string;
  readonly token: string;
  readonly gateway: { readonly connections: () => number; readonly resumes: () => number; readonly shards: () => readonly string[]; drop(): void };
  readonly messages: readonly FakeMessage[];
  readonly calls: readonly Call[];
  readonly violations: readonly string[];
  readonly commands: () => RESTPutAPIApplicationCommandsResult;
  addChannel(id: string, guildId: string, parentId?: string): void;
  /** Makes posting into a channel fail; null heals it. */
  refusePosts(channelId: string, refusal: { readonly status: number; readonly code: number; readonly message: string } | null): void;
  removeChannel(id: string): void;
  limitFiles(bytes: number): void;
  fault(fault: Omit<Fault, 'times'> & { readonly times?: number }): void;
  clearFaults(): void;
  /** Requests being answered right now. */
  active(): number;
  /** Uploads a photo as a person does. */
  addPhoto(bytes: Uint8Array, filename?: string, contentType?: string): FakeAttachment;
  download(url: string): Uint8Array;
  /** @param values an attachment option takes the id of an uploaded photo, a user option a user's id */
  slash(line: string, values?: OptionValues, where?: Where): FakeInteraction;
  autocomplete(line: string, values: OptionValues, focused: string, where?: Where): FakeInteraction;
  /** Uses a message command on a message; `message` holds what the message has besides its text. */
  messageCommand(name: string, message: JsonObject, where?: Where): FakeInteraction;
  modalSubmit(customId: string, values: Readonly<Record<string, string | readonly string[]>>, where?: Where): FakeInteraction;
  press(message: FakeMessage, customId: string, where?: Where): FakeInteraction;
  /** Sends an interaction once more, as the gateway does after a broken connection. */
  redeliver(interaction: FakeInteraction): void;
  /** Any interaction at all, also of kinds nobody knows. */
  dispatch(type: string, data: JsonObject): void;
  close(): Promise<void>;
}

/**
 * @param nowMs the clock that lets tokens and nonces die
 * @param shards how many connections Discord recommends
 * @param unheard interactions are made, and not sent to anybody: the test hands them on itself
 */
export const startFakeDiscord = async ({
  nowMs = Date.now,
  unheard = false,
  shards = 1,
}: {
  readonly nowMs?: () => number;
  readonly unheard?: boolean;
  readonly shards?: number;
} = {}): Promise<FakeDiscord> => {
  const photos = new Map<string, FakeAttachment>();
  const events = new Map<string, JsonObject>();
  const state: FakeState = {
    token: FAKE_TOKEN,
    botId: APPLICATION_ID,
    nowMs,
    shards,
    cdnUrl: '',
    fileLimitBytes: 10 * 1024 * 1024,
    commands: [],
    channels: new Map(),
    interactions: new Map(),
    messages: [],
    files: new Map(),
    faults: [],
    calls: [],
    violations: [],
  };
  for (const [id, guildId] of [
    ['11', '1'],
    ['12', '1'],
    ['21', '2'],
  ] as const)
    state.channels.set(id, { id, guildId, parentId: null, type: 0, refuse: null });

  const server = createServer((request, response) => {
    serve(request, response, state).catch((error: unknown) => {
      state.violations.push(`the fake itself failed: ${String(error)}`);
      response.writeHead(500).end();
    });
  });
  const active = countRequests(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  state.cdnUrl = `${base}/cdn`;
  const gateway = startFakeGateway(
    server,
    state.token,
    () => readyData(state),
    () => `${base.replace('http', 'ws')}/gateway`,
    (text) => state.violations.push(text),
  );

  const interact = (type: number, data: JsonObject, where: Where, extra: JsonObject = {}, original: FakeMessage | null = null): FakeInteraction => {
    const guildId = where.guildId === undefined ? '1' : where.guildId;
    const userId = where.userId ?? '501';
    const channelId = where.channelId ?? (guildId === null ? `7${userId}` : `${guildId}1`);
    if (!state.channels.has(channelId)) state.channels.set(channelId, { id: channelId, guildId, parentId: null, type: guildId === null ? 1 : 0, refuse: null });
    const interaction: FakeInteraction = {
      id: snowflake(),
      token: `token${snowflake()}`,
      channelId,
      guildId,
      userId,
      sentAtMs: nowMs(),
      dispatchedAtMs: performance.now(),
      answer: null,
      ackMs: null,
      modal: null,
      choices: null,
      original,
      followUps: [],
    };
    state.interactions.set(interaction.token, interaction);
    const { id, token } = interaction;
    const event = { id, application_id: APPLICATION_ID, type, token, version: 1, data, ...placeJson(state, channelId, guildId, userId, where), ...extra };
    events.set(id, event);
    if (!unheard) gateway.dispatch('INTERACTION_CREATE', event);
    return interaction;
  };
  const resolvedFor = (values: OptionValues): JsonObject => {
    const given = Object.values(values).map(String);
    const users = given.filter((value) => /^5\d\d$/.test(value));
    return {
      attachments: Object.fromEntries(given.flatMap((id) => (photos.has(id) ? [[id, attachmentJson(photos.get(id) as FakeAttachment)]] : []))),
      users: Object.fromEntries(users.map((id) => [id, userJson(id, `user${id}`)])),
    };
  };

  return {
    apiUrl: `${base}/api`,
    cdnUrl: state.cdnUrl,
    token: state.token,
    gateway,
    messages: state.messages,
    calls: state.calls,
    violations: state.violations,
    commands: () => state.commands,
    addChannel: (id, guildId, parentId) => void state.channels.set(id, { id, guildId, parentId: parentId ?? null, type: parentId ? 11 : 0, refuse: null }),
    refusePosts(channelId, refusal) {
      const channel = state.channels.get(channelId);
      if (channel) channel.refuse = refusal;
    },
    removeChannel: (id) => void state.channels.delete(id),
    limitFiles(bytes) {
      state.fileLimitBytes = bytes;
    },
    fault: (fault) => void state.faults.push({ times: 1, ...fault }),
    active,
    clearFaults: () => void state.faults.splice(0),
    addPhoto(bytes, filename = 'photo.jpg', contentType = 'image/jpeg') {
      const photo = storeFile(state, '0', filename, bytes, contentType);
      photos.set(photo.id, photo);
      return photo;
    },
    download: (url) => state.files.get(new URL(url).pathname.replace(/^\/cdn/, ''))?.bytes ?? new Uint8Array(),
    slash: (line, values = {}, where = {}) => interact(2, { ...commandData(state.commands, line, values), resolved: resolvedFor(values) }, where),
    autocomplete: (line, values, focused, where = {}) => interact(4, commandData(state.commands, line, values, focused), where),
    messageCommand(name, message, where = {}) {
      const command = state.commands.find((c) => c.name === name && c.type === 3);
      if (!command) throw new Error(`${name} is not registered`);
      const target = personMessage(where.channelId ?? '11', '555', message);
      return interact(2, { id: command.id, name, type: 3, target_id: target.id, resolved: { messages: { [String(target.id)]: target } } }, where);
    },
    modalSubmit: (customId, values, where = {}) =>
      interact(
        5,
        {
          custom_id: customId,
          components: Object.entries(values).map(([id, value]) => ({
            type: 18,
            component: typeof value === 'string' ? { type: 4, custom_id: id, value } : { type: 3, custom_id: id, values: [...value] },
          })),
        },
        where,
      ),
    press(message, customId, where = {}) {
      if (!JSON.stringify(message.components).includes(`"${customId}"`)) throw new Error(`there is no button ${customId}`);
      const shown = personMessage(message.channelId, APPLICATION_ID, { content: message.content });
      return interact(
        3,
        { custom_id: customId, component_type: 2 },
        { channelId: message.channelId, ...where },
        { message: { ...shown, id: message.id, author: authorJson(state) } },
        message,
      );
    },
    redeliver: ({ id }) => gateway.dispatch('INTERACTION_CREATE', events.get(id) ?? {}),
    dispatch: (type, data) => gateway.dispatch(type, data),
    async close() {
      gateway.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      // what was uploaded must not stay for as long as something that was killed still has a timer
      state.files.clear();
    },
  };
};
