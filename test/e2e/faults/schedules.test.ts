/** Seeded crash schedules: whatever dies whenever, finished clips arrive or can be collected, nothing twice, and the ledger sums to 0. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type FaultWorld, openFaultWorld } from '../../support/fault-world.ts';
import { runSchedule } from './schedule.ts';

const FIRST_SEED = 1;
const SCHEDULES = 60;

let world: FaultWorld;
beforeAll(async () => {
  world = await openFaultWorld(inject('templateDirectory'));
});
afterAll(() => world.close());

describe('a schedule of faults', () => {
  it.each(Array.from({ length: SCHEDULES }, (_, i) => FIRST_SEED + i))('number %i loses nothing', async (seed) => {
    const { problems, deaths } = await runSchedule(world, seed);
    expect(problems, `seed ${seed}; died at ${deaths.join(', ') || 'nothing'}\n${world.logged.slice(-12).join('\n')}`).toEqual([]);
  });
});
