/** What every queue must do, whatever it runs on. */
import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import type { Consumer, Queue } from '../../core/queue.ts';

const until = async (condition: () => boolean, timeoutMs = 15_000): Promise<void> => {
  for (const deadline = Date.now() + timeoutMs; !condition(); await new Promise((resolve) => setTimeout(resolve, 10))) {
    if (Date.now() > deadline) throw new Error('the condition was not met in time');
  }
};
const id = (): string => `job${randomBytes(6).toString('hex')}`;

export const queueContract = (open: () => Queue): void => {
  let consumer: Consumer | null = null;
  afterEach(async () => {
    await consumer?.close();
    consumer = null;
  });

  it('hands out ids in order, each once', async () => {
    const queue = open();
    const ids = [id(), id(), id()];
    for (const one of ids) await queue.add(one);
    const seen: string[] = [];
    consumer = queue.consume(async (one) => void seen.push(one), { concurrency: 1 });
    await until(() => seen.length === 3);
    expect(seen).toEqual(ids);
  });

  it('ignores an id that is already in line, and takes it again after it was dealt with', async () => {
    const queue = open();
    const one = id();
    await queue.add(one);
    await queue.add(one);
    const seen: string[] = [];
    consumer = queue.consume(async (got) => void seen.push(got), { concurrency: 1 });
    await until(() => seen.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(seen).toEqual([one]);
    await queue.add(one);
    await until(() => seen.length === 2);
  });

  it.each([false, true])('is closed only when what it is being given is in line (later: %s)', async (later) => {
    const queue = open();
    const adding = queue.add(id(), { later });
    await queue.close();
    await expect(Promise.race([adding, 'not yet'])).resolves.toBeUndefined();
  });

  it('begins what may come later when what is due now has been done, in order', async () => {
    const queue = open();
    const ids = [id(), id(), id()];
    await Promise.all(ids.map((one) => queue.add(one, { later: true })));
    const seen: string[] = [];
    consumer = queue.consume(async (one) => void (ids.includes(one) && seen.push(one)), { concurrency: 1 });
    await until(() => seen.length === 3);
    expect(seen).toEqual(ids);
  });

  it('wakes a waiting consumer at once', async () => {
    const queue = open();
    const seen: string[] = [];
    consumer = queue.consume(async (got) => void seen.push(got), { concurrency: 1 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const one = id();
    await queue.add(one);
    // The poll that would hide a broken wake-up takes 5 s.
    await until(() => seen.includes(one), 3_000);
  });

  it('calls a handler that threw again', async () => {
    const queue = open();
    const one = id();
    let calls = 0;
    consumer = queue.consume(
      async () => {
        calls += 1;
        if (calls === 1) throw new Error('the first attempt fails on purpose');
      },
      { concurrency: 1 },
    );
    await queue.add(one);
    await until(() => calls === 2);
  });

  it('removes a waiting id', async () => {
    const queue = open();
    const [gone, kept] = [id(), id()];
    await queue.add(gone);
    await queue.add(kept);
    await queue.remove(gone);
    const seen: string[] = [];
    consumer = queue.consume(async (got) => void seen.push(got), { concurrency: 1 });
    await until(() => seen.includes(kept));
    expect(seen).toEqual([kept]);
  });
};
