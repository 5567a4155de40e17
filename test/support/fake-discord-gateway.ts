/** The gateway of the fake Discord: hello, identify, ready, heartbeats, resume, dispatches. */
import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { JsonObject } from './fake-discord-payloads.ts';

/** Guild members, presences and message content need Discord's approval. */
const PRIVILEGED_INTENTS = (1 << 1) | (1 << 8) | (1 << 15);

export interface FakeGateway {
  readonly connections: () => number;
  readonly resumes: () => number;
  /** `0/2`, `1/2` for every connection that lives, in order. */
  readonly shards: () => readonly string[];
  dispatch(type: string, data: JsonObject): void;
  /** Breaks every connection without a goodbye. */
  drop(): void;
  close(): void;
}

interface Identify {
  readonly token?: string;
  readonly intents?: number;
  readonly shard?: readonly [number, number];
  readonly session_id?: string;
}

/** A guild belongs to one shard; what belongs to no guild goes to the first. */
const concerns = ([id, total]: readonly [number, number], guildId: unknown): boolean =>
  (typeof guildId === 'string' ? Number((BigInt(guildId) >> 22n) % BigInt(total)) : 0) === id;

interface Packet {
  readonly op: number;
  readonly d: unknown;
}

/**
 * @param ready the READY data and the guilds that follow it
 * @param url where a broken connection resumes
 */
export const startFakeGateway = (
  server: Server,
  token: string,
  ready: () => { readonly data: JsonObject; readonly guilds: readonly JsonObject[] },
  url: () => string,
  violation: (text: string) => void,
): FakeGateway => {
  const sockets = new WebSocketServer({ server, path: '/gateway' });
  const live = new Map<WebSocket, readonly [number, number]>();
  const sessions: (readonly [number, number])[] = [];
  let sequence = 0;
  let resumes = 0;
  const send = (socket: WebSocket, packet: JsonObject): void => socket.send(JSON.stringify(packet));
  const dispatch = (socket: WebSocket, t: string, d: JsonObject): void => send(socket, { op: 0, t, d, s: ++sequence });

  const take = (socket: WebSocket, { op, d }: Packet): void => {
    if (op === 1) send(socket, { op: 11 });
    const { token: given, intents, shard = [0, 1], session_id } = (d ?? {}) as Identify;
    if (op === 2 || op === 6) {
      if (given !== token) {
        socket.close(4004, 'Authentication failed.');
        return;
      }
      if (op === 2) sessions.push(shard);
      live.set(socket, op === 6 ? (sessions[Number(session_id?.split('#')[1] ?? 0)] ?? [0, 1]) : shard);
    }
    if (op === 2) {
      if ((intents ?? 0) & PRIVILEGED_INTENTS) violation('gateway: a privileged intent was asked for');
      const { data, guilds } = ready();
      // A bot waits for every guild that it is promised here.
      const promised = (data.guilds as readonly JsonObject[]).filter(({ id }) => concerns(shard, id));
      dispatch(socket, 'READY', { ...data, guilds: promised, resume_gateway_url: url(), session_id: `session#${sessions.length - 1}`, shard: [...shard] });
      for (const guild of guilds) if (concerns(shard, guild.id)) dispatch(socket, 'GUILD_CREATE', guild);
    } else if (op === 6) {
      resumes += 1;
      dispatch(socket, 'RESUMED', {});
    }
  };

  sockets.on('connection', (socket) => {
    socket.on('message', (bytes) => take(socket, JSON.parse(String(bytes)) as Packet));
    socket.on('close', () => live.delete(socket));
    send(socket, { op: 10, d: { heartbeat_interval: 41_250 } });
  });

  return {
    connections: () => live.size,
    resumes: () => resumes,
    shards: () => [...live.values()].map((shard) => shard.join('/')).sort(),
    dispatch(type, data) {
      if (live.size === 0) throw new Error('no bot is connected to the fake gateway');
      for (const [socket, shard] of live) if (concerns(shard, data.guild_id)) dispatch(socket, type, data);
    },
    drop() {
      for (const socket of live.keys()) socket.terminate();
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
};
