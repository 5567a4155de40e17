/** `npm start` as an operator meets it: what it prints, SIGTERM, SIGKILL in the middle of a job, and wrong configurations. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, inject, it, vi } from 'vitest';
import { startFakeTelegram } from '../support/fake-telegram.ts';
import { jpeg } from '../support/photos.ts';
import { freePort, type Program, startProgram } from '../support/program.ts';
import { getJob, postPhoto, waitForJob } from '../support/rest.ts';
import { copyTemplate } from '../support/template.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders: string[] = [];
let program: Program | null = null;
const dataDir = (): string => {
  const directory = copyTemplate(inject('templateDirectory'));
  folders.push(directory);
  return directory;
};
afterEach(async () => {
  await program?.kill();
  program = null;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const npmStart = (environment: Record<string, string>): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const { PATH = '', HOME = '' } = process.env;
    execFile('npm', ['start', '--silent'], { cwd: root, env: { PATH, HOME, ...environment } }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
    );
  });

it('prints the address and which variables switch the chats on, and a SIGTERM to npm ends it with 0 after the running clip', async () => {
  program = await startProgram({ DATA_DIR: dataDir() });
  const { url } = program;
  expect(program.output()).toContain(url);
  expect(program.output()).toContain('set DISCORD_TOKEN');
  expect(program.output()).toContain('set TELEGRAM_TOKEN');
  const { id } = await postPhoto(url, await jpeg(320, 200), { prompt: 'zoom in', seconds: '2', width: '320' });
  await waitForJob(url, id, ({ state }) => state === 'running');
  const directory = folders[0] ?? '';
  expect(await program.stop()).toBe(0);

  program = await startProgram({ DATA_DIR: directory });
  expect(await getJob(program.url, id)).toMatchObject({ state: 'done' });
  expect(await program.stop()).toBe(0);
  program = null;
});

it('delivers the clip once after every process was killed in the middle of it', async () => {
  const telegram = await startFakeTelegram();
  try {
    const environment = { DATA_DIR: dataDir(), TELEGRAM_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot };
    program = await startProgram(environment);
    await vi.waitFor(() => expect(program?.output()).toContain('connected as @stillmotion_bot'), 20_000);
    const { user, chat } = telegram.person('Ada');
    telegram.sendPhoto(user, chat, await jpeg(1280, 800), { caption: 'zoom in --seconds 4' });
    const { url } = program;
    const isRunning = async (): Promise<boolean> => (await (await fetch(`${url}/metrics`)).text()).includes('stillmotion_jobs{state="running"} 1');
    await vi.waitFor(async () => expect(await isRunning()).toBe(true), { timeout: 30_000, interval: 50 });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await isRunning()).toBe(true);
    await program.kill();
    const before = telegram.calls.length;

    program = await startProgram(environment);
    const clips = (): unknown[] =>
      telegram.calls.slice(before).filter(({ method }) => ['editMessageMedia', 'sendVideo', 'sendAnimation', 'sendDocument'].includes(method));
    await vi.waitFor(() => expect(clips()).toHaveLength(1), { timeout: 90_000, interval: 200 });
    // Long enough for a second delivery to show itself.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(clips()).toHaveLength(1);
    expect(telegram.calls.slice(0, before).filter(({ method }) => method === 'editMessageMedia')).toHaveLength(0);
    expect(telegram.violations).toEqual([]);
    expect(program.output()).not.toContain(telegram.token);
  } finally {
    await telegram.close();
  }
}, 180_000);

it('refuses a second process on the same folder and says what to do', async () => {
  const DATA_DIR = dataDir();
  program = await startProgram({ DATA_DIR });
  const { code, output } = await npmStart({ DATA_DIR, PORT: String(await freePort()) });
  expect(code).toBe(1);
  expect(output).toMatch(/already used by another Stillmotion \(process \d+\)/);
});

it('reports every problem of the configuration at once', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'stillmotion-test-'));
  folders.push(directory);
  const { code, output } = await npmStart({ DATA_DIR: directory, PORT: 'eighty', REDIS_URL: 'http://x', QUOTA_DAILY: '-1', HOST: '0.0.0.0' });
  expect(code).toBe(1);
  for (const name of ['PORT', 'REDIS_URL', 'QUOTA_DAILY']) expect(output).toContain(`${name}:`);
  const open = await npmStart({ DATA_DIR: directory, HOST: '0.0.0.0' });
  expect(open).toMatchObject({ code: 1, output: expect.stringContaining('WEB_TOKEN') });
});
