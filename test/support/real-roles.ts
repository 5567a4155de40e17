/** Bots and workers as processes of their own, as on several machines: started with a role, watched by their logs, killed alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One line of a process's log. */
export interface LogLine {
  readonly time: string;
  readonly level: number;
  readonly msg: string;
  readonly jobId?: string;
  readonly step?: number;
  readonly engines?: readonly string[];
}

export interface RoleProcess {
  readonly name: string;
  /** What it has logged so far. */
  log(): readonly LogLine[];
  /** Everything it wrote, for messages of failed tests. */
  output(): string;
  isAlive(): boolean;
  /** Process ids of its children: the inference process, if it has one. */
  children(): readonly number[];
  /** SIGKILL to this process alone; its children must notice by themselves. */
  kill(): Promise<void>;
  /** SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
}

const parsed = (line: string): LogLine[] => {
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
};

/** @param ready what it writes when it has started @throws when it ends or does not write that within 90 s */
export const startRole = async (name: string, environment: Readonly<Record<string, string>>, ready: string): Promise<RoleProcess> => {
  const { PATH = '', HOME = '' } = process.env;
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', 'bots/main.ts'], {
    cwd: root,
    env: { PATH, HOME, LOG_LEVEL: 'debug', INFERENCE_THREADS: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  for (const deadline = Date.now() + 90_000; !text.includes(ready); await new Promise((resolve) => setTimeout(resolve, 50))) {
    if (isAlive() && Date.now() < deadline) continue;
    child.kill('SIGKILL');
    throw new Error(`${name} did not start:\n${text}`);
  }
  return {
    name,
    log: () => text.split('\n').flatMap(parsed),
    output: () => text,
    isAlive,
    children: () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
};
