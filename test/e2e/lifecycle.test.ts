/** `npm start` as an operator meets it: what it prints, SIGTERM, SIGKILL in the middle of a job, and wrong configurations. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, inject, it } from 'vitest';
import { jpeg } from '../support/photos.ts';
import { freePort, type Program, startProgram } from '../support/program.ts';
import { getJob, hasEnded, postPhoto, waitForJob } from '../support/rest.ts';
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

it('makes the clip after every process was killed in the middle of it', async () => {
  const DATA_DIR = dataDir();
  program = await startProgram({ DATA_DIR });
  const { id } = await postPhoto(program.url, await jpeg(640, 400), { prompt: 'zoom in', seconds: '3', width: '640' });
  await waitForJob(program.url, id, ({ progress }) => progress?.stage === 'render' && progress.fraction > 0.2);
  await program.kill();

  program = await startProgram({ DATA_DIR });
  expect((await getJob(program.url, id)).state).toMatch(/running|waiting/);
  expect(await waitForJob(program.url, id, hasEnded, 55_000)).toMatchObject({ state: 'done', error: null });
  const clip = await fetch(`${program.url}/v1/jobs/${id}/clip`);
  expect(clip.headers.get('content-type')).toBe('video/mp4');
  expect(((await (await fetch(`${program.url}/v1/quota`)).json()) as { left: number }).left).toBe(9);
}, 120_000);

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
