/** What telegraf and others print when DEBUG asks for everything: in our processes nothing that holds a token or a person's words. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { quietDebug } from '../../config/quiet.ts';
import { startFakeTelegram } from '../support/fake-telegram.ts';
import { startProgram } from '../support/program.ts';
import { copyTemplate } from '../support/template.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const narrowed = (wanted: string): string => {
  const environment = { DEBUG: wanted };
  quietDebug(environment);
  return environment.DEBUG;
};
/** What libraries print that are asked to say one thing each, in a process of its own, because `debug` reads DEBUG when it is loaded. */
const printed = (wanted: string): string => {
  const script = `const debug = require('debug'); for (const name of ['telegraf:client', 'telegraf:main', 'ioredis:redis', 'ioredis', 'other:thing']) debug(name)('says');`;
  return execFileSync('/bin/sh', ['-c', '"$0" -e "$1" 2>&1', process.execPath, script], {
    cwd: root,
    env: { PATH: process.env.PATH, DEBUG: wanted },
  }).toString();
};

describe('DEBUG', () => {
  it.each(['*', 'telegraf*', 'telegraf:*,other:*', 'telegraf:client telegraf:main other:thing', '-other2,*', 'ioredis:*,*'])(
    '%s lets nothing of them through',
    (wanted) => {
      // The control: unchanged it does.
      expect(printed(wanted)).toMatch(/telegraf|ioredis/);
      expect(printed(narrowed(wanted))).not.toMatch(/telegraf|ioredis/);
    },
  );

  it('for other things stays what it is, and nothing is added where nothing was asked for', () => {
    expect(printed(narrowed('*'))).toContain('other:thing');
    expect(narrowed('')).toBe('');
    expect(quietDebug({})).toBe(false);
  });
});

it('the running bot prints neither its token nor what people write, whatever DEBUG says', async () => {
  const telegram = await startFakeTelegram();
  const data = copyTemplate(inject('templateDirectory'));
  const secret = 'the heron over the misty weir';
  const program = await startProgram({
    ...{ DEBUG: '*', LOG_LEVEL: 'trace', DATA_DIR: data, MODELS_DIR: join(data, 'models'), STILLMOTION_ROLE: 'all' },
    ...{ TELEGRAM_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot },
  });
  try {
    const { user, chat } = telegram.person('Ada');
    // A call that fails is what telegraf prints most about.
    telegram.fault('getUpdates', { status: 500, description: 'Internal Server Error' });
    telegram.fault('sendMessage', 'hang-up');
    for (const words of [secret, `/quota ${secret}`]) telegram.sendText(user, chat, words);
    await expect.poll(() => telegram.messages(chat).length, { timeout: 40_000 }).toBeGreaterThan(0);
  } finally {
    await program.stop();
    await telegram.close();
    rmSync(data, { recursive: true, force: true });
  }
  const output = program.output();
  expect(output).toContain('DEBUG does not reach telegraf');
  expect(output).not.toMatch(/telegraf:|ioredis:/);
  for (const hidden of [telegram.token, telegram.token.split(':')[1] ?? '?', secret]) expect(output).not.toContain(hidden);
});
