/** A Redis and a PostgreSQL of a test's own: real servers in a temporary folder that can be killed and started again. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
import { freePort } from './program.ts';

export interface RealServer {
  readonly url: string;
  /** Starts it, also after it was killed; resolves when it answers. */
  start(): Promise<void>;
  /** SIGKILL to the server. */
  kill(): Promise<void>;
}

const exec = promisify(execFile);
const debian = '/usr/lib/postgresql';
const folders = [
  ...(process.env.PATH ?? '').split(delimiter),
  ...(existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : []),
];
const binary = (name: string): string | null => folders.map((folder) => join(folder, name)).find(existsSync) ?? null;

/** Why servers cannot be started here, for the names of skipped suites; empty when they can. */
export const serversMissing = ['redis-server', 'initdb', 'postgres']
  .filter((name) => !binary(name))
  .map((name) => `${name} is not installed`)
  .join(', ');

const untilAnswers = async (name: string, ask: () => Promise<unknown>): Promise<void> => {
  for (const deadline = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${name} does not answer`, { cause: error });
    }
  }
};

const ended = (child: ChildProcess): Promise<unknown> =>
  child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once('exit', resolve));

/** Keeps nothing on disk: a killed one comes back empty. */
export const createRedis = async (): Promise<RealServer> => {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  return {
    url,
    async start() {
      const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
      child = spawn(binary('redis-server') ?? '', options, { stdio: 'ignore' });
      await untilAnswers('Redis', async () => {
        const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
        client.on('error', () => undefined);
        try {
          await client.ping();
        } finally {
          client.disconnect();
        }
      });
    },
    async kill() {
      if (!child) return;
      child.kill('SIGKILL');
      await ended(child);
    },
  };
};

/** PostgreSQL refuses to run as root. */
const unprivileged = (): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const [, , uid, gid] = (lines.find((line) => line.startsWith('postgres:')) ?? lines.find((line) => line.startsWith('nobody:')) ?? '').split(':');
  return { uid: Number(uid), gid: Number(gid) };
};

/**
 * Writes as an installed server does, but for waiting for the disk, which only a power cut could tell.
 * @param folder an existing folder; the cluster is made in it
 */
export const createPostgres = async (folder: string): Promise<RealServer> => {
  const port = await freePort();
  const url = `postgres://stillmotion@127.0.0.1:${port}/postgres`;
  const data = join(folder, 'postgres');
  const user = unprivileged();
  mkdirSync(data);
  if (user.uid !== undefined && user.gid !== undefined) for (const path of [folder, data]) chownSync(path, user.uid, user.gid);
  const options = { ...user, cwd: data };
  await exec(binary('initdb') ?? '', ['-D', data, '-U', 'stillmotion', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], options);
  let child: ChildProcess | null = null;
  return {
    url,
    async start() {
      const launch = (): void => {
        child = spawn(binary('postgres') ?? '', ['-D', data, '-k', data, '-h', '127.0.0.1', '-p', String(port), '-c', 'fsync=off'], {
          ...options,
          stdio: 'ignore',
        });
      };
      launch();
      await untilAnswers('PostgreSQL', async () => {
        // It does not start while a backend of the killed one is still ending.
        if (child?.exitCode !== null) launch();
        const client = new pg.Client({ connectionString: url });
        client.on('error', () => undefined);
        await client.connect();
        await client.end();
      });
    },
    async kill() {
      if (!child) return;
      child.kill('SIGKILL');
      await ended(child);
    },
  };
};

/** Removes a folder that a killed server may still be writing to. */
export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
