/** The routes of `/v1/jobs`: ask for a clip, follow it, fetch it, make it again, cancel or remove it. */
import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { cancel, removeClip } from '../../core/cancel.ts';
import type { Deps } from '../../core/deps.ts';
import { AppError } from '../../core/errors.ts';
import type { Follower } from '../../core/follow.ts';
import { isFinal, type Job } from '../../core/job.ts';
import { formats } from '../../core/request.ts';
import { again, type SubmitCall, type Submitted, submit } from '../../core/submit.ts';
import { type Convert, convertedKey, createClipSender } from './clip.ts';
import { streamJob } from './events.ts';
import { idempotencyKey, localeOf, photoBodyLimit, readJson, readWanted } from './intake.ts';
import { showAccepted, showJob } from './views.ts';

export const PLACE = 'web:local';

/** Nothing between us and the browser limits a file; this bounds what the disk must hold. */
const MAX_CLIP_BYTES = 100 * 1024 * 1024;

interface JobRoutes {
  readonly deps: Deps;
  readonly follower: Follower;
  readonly convert: Convert;
  /** The one person who uses this server. */
  readonly user: string;
  /** Aborted when the server stops. */
  readonly closing: AbortSignal;
}

export const jobRoutes = ({ deps, follower, convert, user, closing }: JobRoutes): Hono => {
  const app = new Hono();
  const clips = createClipSender(deps, convert, MAX_CLIP_BYTES);

  // An id is a capability, but only for clips asked for here: chats keep theirs to themselves.
  const find = async (id: string): Promise<Job> => {
    const job = /^\w{1,64}$/.test(id) ? await deps.store.jobs.find(id) : null;
    if (!job || job.deleted || job.origin.channel !== 'web') throw new AppError('JOB_UNKNOWN');
    return job;
  };

  const call = (c: Context): Pick<SubmitCall, 'origin' | 'address' | 'requestKey' | 'maxClipBytes'> => ({
    origin: { channel: 'web', place: PLACE, room: '', user, userName: 'you', locale: localeOf(c) },
    address: {},
    requestKey: `web:${user}:${idempotencyKey(c) ?? randomUUID()}`,
    maxClipBytes: MAX_CLIP_BYTES,
  });

  const accepted = (c: Context, { job, standing }: Submitted): Response => {
    c.header('Location', `/v1/jobs/${job.id}`);
    return c.json(showAccepted(job, standing), 202);
  };

  app.post('/', photoBodyLimit, async (c) => {
    const wanted = await readWanted(c, deps.manifests);
    if (!('photoOf' in wanted)) return accepted(c, await submit({ ...call(c), ...wanted }, deps));
    const { photoOf, ...words } = wanted;
    const earlier = await find(photoOf);
    if (!earlier.photo) throw new AppError('PHOTO_MISSING');
    return accepted(c, await submit({ ...call(c), ...words, photo: { kind: 'stored', photo: earlier.photo }, parentId: earlier.id }, deps));
  });

  app.post('/:id/again', async (c) => {
    const job = await find(c.req.param('id'));
    const { seed } = await readJson(c, z.strictObject({ seed: z.enum(['same', 'new']) }));
    return accepted(c, await again({ ...call(c), jobId: job.id, seed }, deps));
  });

  app.get('/:id', async (c) => {
    const job = await find(c.req.param('id'));
    return c.json(showJob(job, await deps.store.jobs.standing(job)));
  });

  app.get('/:id/events', async (c) => streamJob(c, (await find(c.req.param('id'))).id, follower, closing));
  app.get('/:id/clip', async (c) => clips.clip(c, await find(c.req.param('id'))));
  app.get('/:id/thumbnail', async (c) => clips.thumbnail(c, await find(c.req.param('id'))));

  app.delete('/:id', async (c) => {
    const job = await find(c.req.param('id'));
    if (!isFinal(job.state)) {
      const canceled = await cancel(job.id, user, deps);
      return c.json(showJob(canceled, await deps.store.jobs.standing(canceled)));
    }
    await removeClip(job.id, user, deps);
    for (const format of formats) await deps.files.remove(convertedKey(job.id, format));
    return c.body(null, 204);
  });

  return app;
};
