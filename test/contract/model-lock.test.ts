/** Several processes at one model: one works, the others wait; a lock whose process was killed is taken over by one of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withModelLock } from '../../worker/onnx/model-lock.ts';
import { sendFile, startServer } from '../support/fake-hub.ts';

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const program = fileURLToPath(new URL('../support/model-holder.ts', import.meta.url));

let modelsDir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  modelsDir = mkdtempSync(join(tmpdir(), 'stillmotion-lock-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(modelsDir, { recursive: true, force: true });
});

const start = (id = 'tiny') => {
  const child = spawn(process.execPath, ['--import', loader, program, modelsDir, id], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => said.push(line));
  return {
    pid: child.pid as number,
    said,
    /** Resolves once a line that begins like this was said. */
    async hears(beginning: string): Promise<void> {
      while (!said.some((line) => line.startsWith(beginning))) await once(lines, 'line');
    },
    letGo: () => child.stdin.write('\n'),
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};
const open = { signal: new AbortController().signal };
/** The models with a lock on them. */
const locks = (): string[] =>
  existsSync(join(modelsDir, '.locks')) ? readdirSync(join(modelsDir, '.locks')).map((claim) => claim.split('.').slice(0, -3).join('.')) : [];

describe('a model', () => {
  it('is worked on by one process; the second waits, says for whom, and is told that it waited', { timeout: 60_000 }, async () => {
    const first = start();
    await first.hears('holds');
    const waitedFor: number[] = [];
    const order: string[] = [];
    const second = withModelLock({ ...open, modelsDir, id: 'tiny', onWait: (pid) => void waitedFor.push(pid) }, async (waited) => {
      order.push('second');
      return waited;
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    order.push('let go');
    first.letGo();
    expect(await second).toBe(true);
    expect(waitedFor).toEqual([first.pid]);
    expect(order).toEqual(['let go', 'second']);
    expect(locks()).toEqual([]);
  });

  it('is no reason to wait for another one', { timeout: 60_000 }, async () => {
    const first = start('other');
    await first.hears('holds');
    expect(await withModelLock({ ...open, modelsDir, id: 'tiny' }, async (waited) => waited)).toBe(false);
  });

  it('whose process was killed goes to one of those who wait, and only then to the next', { timeout: 60_000 }, async () => {
    const first = start();
    await first.hears('holds');
    const waiting = [start(), start()] as const;
    for (const one of waiting) await one.hears(`waits for ${first.pid}`);
    await first.kill();
    await Promise.race(waiting.map((one) => one.hears('holds')));
    await new Promise((resolve) => setTimeout(resolve, 600));
    const [holder, next] = waiting[0].said.includes('holds') ? waiting : [waiting[1], waiting[0]];
    expect(next.said).not.toContain('holds');
    holder.letGo();
    await next.hears('holds');
    expect(holder.said).toContain('let go');
  });

  it('is let go when the work fails', async () => {
    await expect(withModelLock({ ...open, modelsDir, id: 'tiny' }, () => Promise.reject(new Error('no luck')))).rejects.toThrow('no luck');
    expect(locks()).toEqual([]);
  });

  it('stops being waited for at the signal', { timeout: 60_000 }, async () => {
    const first = start();
    await first.hears('holds');
    const abort = new AbortController();
    const second = withModelLock({ modelsDir, id: 'tiny', signal: abort.signal, onWait: () => abort.abort() }, async () => 'never');
    await expect(second).rejects.toMatchObject({ code: 'CANCELED' });
    expect(locks()).toEqual(['tiny']);
  });

  it('is not blocked by claims of processes that are gone, nor by one at a model of a similar name', { timeout: 60_000 }, async () => {
    const folder = join(modelsDir, '.locks');
    const other = start('tiny.2');
    await other.hears('holds');
    for (const claim of ['1.another-boot_1', `${process.pid}.another-boot_1`]) writeFileSync(join(folder, `tiny.${claim}.${'0'.repeat(16)}`), '');
    expect(await withModelLock({ ...open, modelsDir, id: 'tiny' }, async (waited) => waited)).toBe(false);
    expect(locks()).toEqual(['tiny.2']);
  });
});

describe('npm run models -- pull, twice at once', () => {
  const bundles = new URL('../golden/bundles/', import.meta.url);
  const cli = fileURLToPath(new URL('../../worker/models-cli.ts', import.meta.url));

  it('downloads once: the second says whom it waits for, and is done when the first is', { timeout: 120_000 }, async () => {
    const requests: string[] = [];
    let open: (() => void) | undefined;
    const bothHere = new Promise<void>((resolve) => {
      open = resolve;
    });
    const server = await startServer(async (request, response) => {
      const path = new URL(request.url ?? '/', 'http://x').pathname.slice(1);
      requests.push(path);
      // the weights come when the second has met the lock of the first
      if (path.endsWith('unet.onnx')) await bothHere;
      sendFile(request, response, readFileSync(new URL(path, bundles)), '"1"');
    });
    const pull = () => {
      const child = spawn(process.execPath, ['--import', loader, cli, 'pull', `${server.url}/modelscope-t2v/manifest.json`, '--as', 'words'], {
        env: { PATH: process.env.PATH ?? '', HOME: modelsDir, MODELS_DIR: modelsDir, LOG_LEVEL: 'error' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      let text = '';
      child.stdout.on('data', (piece: Buffer) => {
        text += String(piece);
        if (text.includes('waiting until it is done')) open?.();
      });
      return { text: () => text, ended: once(child, 'close') };
    };
    try {
      const both = [pull(), pull()];
      expect((await Promise.all(both.map(({ ended }) => ended))).map(([code]) => code)).toEqual([0, 0]);
      const words = both.map(({ text }) => text());
      expect(words.filter((text) => /Another process \(\d+\) is at this model/.test(text))).toHaveLength(1);
      expect(words.every((text) => text.includes('is installed'))).toBe(true);
      expect(requests.filter((path) => path.endsWith('manifest.json'))).toHaveLength(2);
      expect(requests.filter((path) => path.endsWith('unet.onnx'))).toHaveLength(1);
      expect(locks()).toEqual([]);
    } finally {
      await server.close();
    }
  });
});
