/** The gateway of the fake Discord: hello, identify, ready, heartbeats, resume, dispatches. */
import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { JsonObject } from './fake-discord-payloads.ts';

/** Guild members, presences and message content need Discord's approval. */
const PRIVILEGED_INTENTS = (1 << 1) | (1 << 8) | (1 << 15);

export interface FakeGateway {
  readonly connections: () => number;
  readonly resumes: () => number;
  dispatch(type: string, data: JsonObject): void;
  /** Breaks every connection without a goodbye. */
  drop(): void;
  close(): void;
}

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
  const live = new Set<WebSocket>();
  let sequence = 0;
  let resumes = 0;
  const send = (socket: WebSocket, packet: JsonObject): void => socket.send(JSON.stringify(packet));
  const dispatch = (socket: WebSocket, t: string, d: JsonObject): void => send(socket, { op: 0, t, d, s: ++sequence });

  const take = (socket: WebSocket, { op, d }: Packet): void => {
    if (op === 1) send(socket, { op: 11 });
    const { token: given, intents } = (d ?? {}) as { token?: string; intents?: number };
    if (op === 2 || op === 6) {
      if (given !== token) {
        socket.close(4004, 'Authentication failed.');
        return;
      }
      live.add(socket);
    }
    if (op === 2) {
      if ((intents ?? 0) & PRIVILEGED_INTENTS) violation('gateway: a privileged intent was asked for');
      const { data, guilds } = ready();
      dispatch(socket, 'READY', { ...data, resume_gateway_url: url() });
      for (const guild of guilds) dispatch(socket, 'GUILD_CREATE', guild);
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
    dispatch(type, data) {
      if (live.size === 0) throw new Error('no bot is connected to the fake gateway');
      for (const socket of live) dispatch(socket, type, data);
    },
    drop() {
      for (const socket of live) socket.terminate();
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
};
