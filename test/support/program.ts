/** Runs `npm start` as an operator does: a real process tree that can be asked to stop or be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Program {
  readonly url: string;
  readonly output: () => string;
  /** Sends SIGTERM to npm. @returns npm's exit code */
  stop(): Promise<number | null>;
  /** SIGKILL to every process of the tree, as a power switch would. */
  kill(): Promise<void>;
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });

/** Starts the program and waits until it is healthy. @throws when it ends or is not healthy within 60 s */
export const startProgram = async (environment: Record<string, string>): Promise<Program> => {
  const port = environment.PORT ?? String(await freePort());
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    env: { PATH, HOME, LOG_LEVEL: 'warn', ...environment, PORT: port },
    // A group of its own, so that the whole tree can be killed at once.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (text += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const url = `http://127.0.0.1:${port}`;
  for (const deadline = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      killTree(child);
      throw new Error(`npm start did not become healthy:\n${text}`);
    }
    if (
      await fetch(`${url}/healthz`).then(
        (response) => response.ok,
        () => false,
      )
    )
      break;
  }
  return {
    url,
    output: () => text,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
    kill: async () => {
      killTree(child);
      await ended;
    },
  };
};

const killTree = (child: ChildProcess): void => {
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
};
