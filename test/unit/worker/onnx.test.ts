/** The door to the runtime: what it checks, what it falls back to, how it closes. */
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { Logger } from '../../../core/logger.ts';
import { openSession, type Session } from '../../../worker/onnx/session.ts';
import { integers, tensor } from '../../../worker/tensor/tensor.ts';

const model = (name: string): string => fileURLToPath(new URL(`../../../worker/models/motion/${name}.onnx`, import.meta.url));
const warnings: unknown[] = [];
const log: Logger = { debug() {}, info() {}, warn: (...words: unknown[]) => void warnings.push(words), error() {}, child: () => log };
const opened: Session[] = [];
const open = async (name: string, providers = ['cpu']): Promise<Session> => {
  const session = await openSession(model(name), { providers, threads: 1, log });
  opened.push(session);
  return session;
};
afterEach(async () => {
  for (const session of opened.splice(0)) await session.dispose();
});

const words = { token_ids: integers(new Array(32).fill(0), [1, 32]) };

describe('a session', () => {
  it('runs with named tensors and leaves out what the graph does not know', async () => {
    const outputs = await (await open('text')).run({ ...words, stranger: tensor(new Float32Array(1), [1]) });
    expect(outputs.float('program').dims).toEqual([1, 24]);
    expect(() => outputs.bytes('program')).toThrow(expect.objectContaining({ code: 'ENGINE_FAILED' }));
    expect(() => outputs.float('nothing')).toThrow(expect.objectContaining({ code: 'ENGINE_FAILED' }));
  });

  it.each([
    ['a missing input', {}, /token_ids is missing/],
    ['a wrong side', { token_ids: integers(new Array(31).fill(0), [1, 31]) }, /\[1, 31\]/],
    ['a wrong rank', { token_ids: integers(new Array(32).fill(0), [32]) }, /\[32\]/],
  ])('refuses %s and says why', async (_, inputs, reason) => {
    const session = await open('text');
    await expect(session.run(inputs)).rejects.toMatchObject({ code: 'ENGINE_FAILED', cause: { message: expect.stringMatching(reason) } });
  });

  it('falls back to the CPU with a line in the log', async () => {
    const session = await open('text', ['no-such-provider', 'cpu']);
    expect((await session.run(words)).float('program').dims).toEqual([1, 24]);
    expect(warnings).toHaveLength(1);
  });

  it('closes more than once, and does not run afterwards', async () => {
    const session = await open('text');
    await session.dispose();
    await session.dispose();
    await expect(session.run(words)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  });

  it('says which file it could not open', async () => {
    await expect(open('no-such-file')).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  });
});
