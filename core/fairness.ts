/** Who is next: places take turns, and in a place people do, by the time their clips are expected to take. Pure. */

/** How a place chooses among its own people; between places turns are always fair. */
export type QueuePolicy = 'fair' | 'first-come' | 'role-weighted';
export const queuePolicies: readonly QueuePolicy[] = ['fair', 'first-come', 'role-weighted'];

/**
 * A place or a person in line. Start-time fair queueing: `startMs` is the virtual time at which its next clip may begin; it grows
 * by what each clip is expected to take, and whoever comes back starts at the virtual time of the line, not in its past.
 * @source Goyal, Vin, Cheng 1996, Start-time Fair Queuing
 */
export interface Flow {
  readonly startMs: number;
  /** Since when it has been waiting for this turn. */
  readonly sinceMs: number;
}

/** Virtual milliseconds that a millisecond of waiting is worth. Without it a stream of newcomers could hold somebody back for ever. */
const AGEING = 0.05;

/** The lowest is next. It does not change while time passes, so it can be kept and sorted by. */
export const urgency = ({ startMs, sinceMs }: Flow): number => startMs + AGEING * sinceMs;

/** A flow whose first clip has come. @param virtualMs the virtual time of the line it enters */
export const enter = (flow: Pick<Flow, 'startMs'> | null, virtualMs: number, nowMs: number): Flow => ({
  startMs: Math.max(virtualMs, flow?.startMs ?? 0),
  sinceMs: nowMs,
});

/** A flow after one of its clips was handed out. @param costMs what the clip counts: expected time over the flow's weight */
export const serve = (flow: Flow, costMs: number, nowMs: number): Flow => ({ startMs: flow.startMs + costMs, sinceMs: nowMs });

/** What a clip counts against the person who asked for it. */
export const costOf = (job: { readonly predictedMs: number; readonly weight: number }, policy: QueuePolicy): number =>
  policy === 'role-weighted' ? job.predictedMs / job.weight : job.predictedMs;

export interface WaitingJob {
  readonly id: string;
  readonly place: string;
  readonly user: string;
  readonly createdAtMs: number;
  readonly predictedMs: number;
  readonly weight: number;
}

interface UserLine {
  flow: Flow;
  /** Oldest first. */
  readonly jobs: WaitingJob[];
}

interface PlaceLine {
  flow: Flow;
  virtualMs: number;
  policy: QueuePolicy;
  readonly users: Map<string, UserLine>;
}

/** Everybody who waits, as of one moment. */
export interface Line {
  virtualMs: number;
  readonly places: Map<string, PlaceLine>;
}

/** A flow as it is kept between visits. */
export interface KeptPlace extends Flow {
  readonly place: string;
  readonly virtualMs: number;
  readonly policy: QueuePolicy;
}
export interface KeptUser extends Flow {
  readonly place: string;
  readonly user: string;
}

const byAge = (a: WaitingJob, b: WaitingJob): number => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1);

/** Builds the line from what is kept. */
export const lineOf = (virtualMs: number, places: readonly KeptPlace[], users: readonly KeptUser[], jobs: readonly WaitingJob[]): Line => {
  const line: Line = { virtualMs, places: new Map() };
  for (const { place, policy, virtualMs: at, startMs, sinceMs } of places) {
    line.places.set(place, { flow: { startMs, sinceMs }, virtualMs: at, policy, users: new Map() });
  }
  for (const { place, user, startMs, sinceMs } of users) line.places.get(place)?.users.set(user, { flow: { startMs, sinceMs }, jobs: [] });
  for (const job of [...jobs].sort(byAge)) line.places.get(job.place)?.users.get(job.user)?.jobs.push(job);
  return line;
};

/** What is kept of a place and a person that nobody waits for. */
export interface Kept {
  readonly place?: (Flow & { readonly virtualMs: number }) | null;
  readonly user?: Flow | null;
}

/** Puts a job in line. @param kept of its place and person, where the line itself does not hold them */
export const join = (line: Line, job: WaitingJob, policy: QueuePolicy, nowMs: number, kept: Kept = {}): void => {
  const place = line.places.get(job.place) ?? {
    flow: kept.place ?? enter(null, 0, nowMs),
    virtualMs: kept.place?.virtualMs ?? 0,
    policy,
    users: new Map<string, UserLine>(),
  };
  const user = place.users.get(job.user) ?? { flow: kept.user ?? enter(null, 0, nowMs), jobs: [] };
  if (isEmpty(place)) place.flow = enter(place.flow, line.virtualMs, nowMs);
  if (user.jobs.length === 0) user.flow = enter(user.flow, place.virtualMs, nowMs);
  place.policy = policy;
  user.jobs.push(job);
  user.jobs.sort(byAge);
  place.users.set(job.user, user);
  line.places.set(job.place, place);
};

const isEmpty = ({ users }: PlaceLine): boolean => {
  for (const { jobs } of users.values()) if (jobs.length > 0) return false;
  return true;
};

/** Of those for whom `waits` holds, the most urgent; names decide between equals, so that the order is the same everywhere. */
const mostUrgent = <T extends { flow: Flow }>(flows: ReadonlyMap<string, T>, waits: (flow: T) => boolean): T | undefined => {
  let found: T | undefined;
  let foundName = '';
  let best = 0;
  for (const [name, one] of flows) {
    if (!waits(one)) continue;
    const here = urgency(one.flow);
    if (found && (here > best || (here === best && name > foundName))) continue;
    found = one;
    foundName = name;
    best = here;
  }
  return found;
};

const oldest = ({ users }: PlaceLine): WaitingJob | undefined => [...users.values()].flatMap(({ jobs }) => jobs.slice(0, 1)).sort(byAge)[0];

/**
 * Takes the next job out of line; null when nobody waits.
 * @param nowMs the moment of the turn
 */
export const takeNext = (line: Line, nowMs: number): WaitingJob | null => {
  const place = mostUrgent(line.places, (one) => !isEmpty(one));
  if (!place) return null;
  const next = place.policy === 'first-come' ? oldest(place) : mostUrgent(place.users, (one) => one.jobs.length > 0)?.jobs[0];
  const user = next && place.users.get(next.user);
  if (!next || !user) return null;
  user.jobs.shift();
  line.virtualMs = Math.max(line.virtualMs, place.flow.startMs);
  place.virtualMs = Math.max(place.virtualMs, user.flow.startMs);
  place.flow = serve(place.flow, next.predictedMs, nowMs);
  user.flow = serve(user.flow, costOf(next, place.policy), nowMs);
  return next;
};

/**
 * The order in which a line would be worked off if nobody else came.
 * @param limit how many are wanted
 */
export const orderOf = (line: Line, nowMs: number, limit = Number.POSITIVE_INFINITY): readonly WaitingJob[] => {
  const order: WaitingJob[] = [];
  let atMs = nowMs;
  while (order.length < limit) {
    const next = takeNext(line, atMs);
    if (!next) break;
    order.push(next);
    atMs += next.predictedMs;
  }
  return order;
};

/** Those who wait in a line once more, so that it can be played through and still be there. */
const copyOf = ({ virtualMs, places }: Line): Line => {
  const copy: Line = { virtualMs, places: new Map() };
  for (const [name, place] of places) {
    const users = new Map<string, UserLine>();
    for (const [user, { flow, jobs }] of place.users) if (jobs.length > 0) users.set(user, { flow, jobs: [...jobs] });
    if (users.size > 0) copy.places.set(name, { ...place, users });
  }
  return copy;
};

/** Takes out those who wait no longer, so that a line that is played through to its end is looked at less and less. */
const forget = (line: Line, { place, user }: WaitingJob): void => {
  const users = line.places.get(place)?.users;
  if (users?.get(user)?.jobs.length === 0) users.delete(user);
  if (users?.size === 0) line.places.delete(place);
};

/** What runs before a job that waits in a line, in order; everything that waits when the job is not in it. The line stays as it is. */
export const jobsBefore = (line: Line, id: string, nowMs: number): readonly WaitingJob[] => {
  const played = copyOf(line);
  const before: WaitingJob[] = [];
  let atMs = nowMs;
  for (let next = takeNext(played, atMs); next && next.id !== id; next = takeNext(played, atMs)) {
    before.push(next);
    forget(played, next);
    atMs += next.predictedMs;
  }
  return before;
};

/** Who is served before somebody who waits. */
export interface Ahead {
  /** The person's own earlier clips. */
  readonly own: number;
  readonly others: number;
  readonly running: number;
}

/** `2 clips of other people run first`, or nothing when nobody does. */
export const aheadText = ({ own, others, running }: Ahead): string => {
  const clips = (count: number): string => (count === 1 ? '1 clip' : `${count} clips`);
  const parts = [own > 0 ? `${clips(own)} of yours` : '', others > 0 ? `${clips(others)} of other people` : ''].filter(Boolean);
  if (parts.length > 0) return `${parts.join(' and ')} ${own + others === 1 ? 'runs' : 'run'} first`;
  return running > 0 ? 'it starts when the clip that is being made is done' : '';
};

/** `about 20–40 s`, `about 3–5 min` */
export const intervalText = (lowSeconds: number, highSeconds: number): string => {
  const [unit, per] = highSeconds < 90 ? ['s', 1] : highSeconds < 5_400 ? ['min', 60] : ['h', 3_600];
  const low = Math.max(1, Math.floor(lowSeconds / per));
  const high = Math.max(low, Math.ceil(highSeconds / per));
  return low === high ? `about ${high} ${unit}` : `about ${low}–${high} ${unit}`;
};
