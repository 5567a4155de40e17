/** The way of requests through the bot: acknowledgements before work, few at once, fewer of one person, everybody in the end; and Telegram's pace. */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLane } from '../../bots/lane.ts';
import { createPace } from '../../bots/telegram/pace.ts';

describe('the lane', () => {
  it('lets few in at once, fewer of one person, and everybody in the end', async () => {
    const lane = createLane({ atOnce: 3, perKey: 2 });
    let now = 0;
    let most = 0;
    const order: string[] = [];
    const task = (name: string) => async (): Promise<void> => {
      order.push(name);
      most = Math.max(most, (now += 1));
      await pause(5);
      now -= 1;
    };
    const flood = Array.from({ length: 6 }, (_, i) => lane.run('flooder', task(`flood ${i}`)));
    const other = lane.run('other', task('other'));
    await expect(lane.run('third', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await Promise.all([...flood, other]);
    expect(most).toBe(3);
    expect(order.indexOf('other')).toBe(2);
    expect(order).toHaveLength(7);
  });

  it('begins no work while anybody waits for a first answer, and begins it in order afterwards', async () => {
    const lane = createLane({ atOnce: 2, perKey: 2 });
    const events: string[] = [];
    const ask = async (name: string): Promise<void> => {
      await lane.acknowledge(async () => {
        await pause(10 + 5 * Number(name));
        events.push(`answer ${name}`);
      });
      await lane.run(name, async () => void events.push(`work ${name}`));
    };
    await Promise.all(['0', '1', '2', '3'].map(ask));
    expect(events).toEqual([...[0, 1, 2, 3].map((n) => `answer ${n}`), ...[0, 1, 2, 3].map((n) => `work ${n}`)]);
  });

  it('lets acknowledgements overtake work that is in line', async () => {
    const lane = createLane({ atOnce: 1, perKey: 1 });
    const events: string[] = [];
    const work = ['a', 'b', 'c'].map((key) =>
      lane.run(key, async () => {
        await pause(5);
        events.push(key);
      }),
    );
    await lane.acknowledge(async () => {
      await pause(20);
      events.push('answer');
    });
    await Promise.all(work);
    expect(events).toEqual(['a', 'answer', 'b', 'c']);
  });

  it('does not wait for ever for a platform that hangs', async () => {
    const lane = createLane({ atOnce: 1, perKey: 1, patienceMs: 30 });
    let release = (): void => undefined;
    const hanging = lane.acknowledge(() => new Promise<void>((resolve) => (release = resolve)));
    const startMs = performance.now();
    await lane.run('a', async () => undefined);
    expect(performance.now() - startMs).toBeGreaterThan(25);
    release();
    await hanging;
  });

  it('hands on what an acknowledgement throws, and goes on', async () => {
    const lane = createLane({ atOnce: 1, perKey: 1 });
    await expect(lane.acknowledge(() => Promise.reject(new Error('too late')))).rejects.toThrow('too late');
    expect(await lane.run('a', async () => 7)).toBe(7);
  });
});

describe('the pace of new messages', () => {
  it('lets a burst through, then spreads the rest in order', async () => {
    const pace = createPace(50);
    const taken = Array.from({ length: 60 }, () => pace.take());
    expect(taken.filter(Boolean).length).toBeGreaterThanOrEqual(50);
    expect(taken.slice(55)).toEqual([false, false, false, false, false]);
    const startMs = performance.now();
    const order: number[] = [];
    await Promise.all([1, 2, 3, 4, 5].map((n) => pace.turn().then(() => order.push(n))));
    expect(order).toEqual([1, 2, 3, 4, 5]);
    expect(performance.now() - startMs).toBeGreaterThan(60);
  });

  it('lets go of whoever waits when it is stopped', async () => {
    const pace = createPace(1);
    expect(await pace.turn()).toBe(true);
    const waiting = pace.turn();
    pace.stop();
    expect(await waiting).toBe(false);
    expect(pace.take()).toBe(false);
  });
});
