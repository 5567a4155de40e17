/** The Discord channel against a protocol-true Discord: requests, refusals, status edits, delivery, buttons. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Bench, startBench } from '../support/fake-discord-bench.ts';
import { jpeg } from '../support/photos.ts';

let bench: Bench;
let photo: string;

beforeAll(async () => {
  bench = await startBench(inject('templateDirectory'));
  photo = bench.discord.addPhoto(await jpeg()).id;
});
afterAll(async () => {
  const { violations, calls } = bench.discord;
  await bench.close();
  expect(violations).toEqual([]);
  expect(calls.length).toBeGreaterThan(10);
});

describe('asking for a clip', () => {
  it('acknowledges, accepts and shows where it stands', async () => {
    const asked = bench.discord.slash('animate', { image: photo, prompt: 'waves *slowly*', seconds: 2, loop: true });
    const job = await bench.jobOf(asked);
    expect(job.request).toMatchObject({ prompt: 'waves *slowly*', seconds: 2, loop: true });
    await bench.until(() => asked.original?.content.includes('You are next'));
    expect(asked.original?.content).toContain('waves \\*slowly\\*');
  });
});
