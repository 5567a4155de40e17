/** A place that takes less than it says, asked for two clips in a row: what of the size ladder must be true afterwards. */

import type { Fit } from '../../../core/deliver.ts';
import type { Deps } from '../../../core/deps.ts';
import type { FakeMessage } from '../../support/fake-discord-payloads.ts';
import type { FaultWorld } from '../../support/fault-world.ts';
import { calm, onDiscord, request, settled, start } from './stage.ts';

const MIB = 1024 * 1024;
/** The limits that platforms have had are tried in `test/contract/deliver.test.ts`; smaller ones climb down the same ladder, only faster. */
export const LIMITS_KIB = [400, 700, 1_200] as const;
/** What the request hints at, whatever is true. */
const HINT_BYTES = 500 * MIB;
let guilds = 0;

const bytesOf = ({ discord }: FaultWorld, messages: readonly FakeMessage[]): number =>
  Math.max(0, ...messages.flatMap(({ attachments }) => attachments.map(({ url }) => discord.download(url)?.length ?? 0)));

/**
 * @param change what differs from a usual process
 * @returns what is not as it must be: both clips arrive, within the true limit, and only the first one is refused on the way
 */
export const ladderProblems = async (
  world: FaultWorld,
  limitBytes: number,
  change: { readonly deps?: Deps; readonly fit?: Fit } = {},
): Promise<readonly string[]> => {
  const problems: string[] = [];
  const guildId = `94000000000000${String(1_000 + ++guilds)}`;
  const clipBytes = Math.ceil(limitBytes * 1.7);
  world.discord.limitFiles(limitBytes);
  const one = start(world, {}, { ...change, clipBytes });
  try {
    for (const nth of ['first', 'second']) {
      const { id } = await request(await world.askOnDiscord(calm, guildId), world, HINT_BYTES);
      const { delivery } = await settled(world, id, 1_000);
      if (delivery !== 'delivered') problems.push(`the ${nth} clip is ${delivery}`);
      const sentBytes = bytesOf(world, onDiscord(world, id));
      if (sentBytes === 0) problems.push(`nobody has the ${nth} clip`);
      if (sentBytes > limitBytes) problems.push(`the ${nth} clip is larger than the place takes`);
      const refusals = (await world.deps.store.deliveries.sends(id)).filter(({ outcome }) => outcome?.startsWith('refused')).length;
      if (nth === 'second' && refusals > 0) problems.push(`the second clip was refused ${refusals} times for its size`);
    }
  } finally {
    await one.end();
    world.discord.limitFiles(10 * MIB);
  }
  return problems;
};
