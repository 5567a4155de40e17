/** The list of an evaluation: photos with named regions, and shots that say what words should do to them. */
import { z } from 'zod';

/** A corner of a polygon: x, y as shares of the upright photo's width and height, x to the right, y down. */
const point = z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]);
const polygon = z.array(point).min(3);
const sign = z.union([z.literal(-1), z.literal(1)]);
const id = z.string().regex(/^[a-z0-9][a-z0-9_-]*$/i, 'may hold letters, digits, "-" and "_" only, because files are named after it');

const photo = z.strictObject({
  /** Relative to the folder given as `--photos`. */
  path: z.string().min(1),
  /** Where it comes from and under which licence. */
  source: z.string().min(1),
  /** One or more polygons for each name. */
  regions: z.record(z.string().min(1), z.array(polygon).min(1)),
});

/**
 * What the CAMERA does, never the picture; the signs are those of `CameraMove` in worker/vision/camera.ts.
 * - pan +1: the camera goes or turns to the right, so what it sees moves to the LEFT in the picture
 * - tilt +1: the camera goes or turns up, so what it sees moves DOWN in the picture
 * - zoom +1: in, things grow
 * - roll +1: the camera turns clockwise, so what it sees turns COUNTER-clockwise; "rotate the picture clockwise" is roll -1
 * - dolly +1: forward; judged by things growing
 * - orbit +1: around the scene to the right: what is near moves to the left against what is far
 * - crane +1: up; judged by what it sees moving down
 * - handheld 1: unsteady, as held in a hand (there is no -1)
 */
const cameraExpectation = z
  .strictObject({
    pan: sign.optional(),
    tilt: sign.optional(),
    zoom: sign.optional(),
    roll: sign.optional(),
    dolly: sign.optional(),
    orbit: sign.optional(),
    crane: sign.optional(),
    handheld: z.literal(1).optional(),
  })
  .refine((camera) => Object.values(camera).some((wanted) => wanted !== undefined), 'names no axis');

const expectation = z
  .strictObject({
    camera: cameraExpectation.optional(),
    /** The camera must not move. */
    still: z.literal(true).optional(),
    /** These regions of the photo must move. */
    moves: z.array(z.string()).min(1).optional(),
    /** The regions of `moves` must move at least twice as much as any other. */
    only: z.literal(true).optional(),
    /** Direction in the picture in which the moving regions drift on the whole: x to the right, y DOWN. Any length but 0. */
    drift: z
      .tuple([z.number(), z.number()])
      .refine(([dx, dy]) => Math.hypot(dx, dy) > 0, 'has no direction')
      .optional(),
    /** Nothing in the photo can move as asked: a small push-in or stillness is right, anything large is wrong. */
    nothing: z.literal(true).optional(),
  })
  .refine((expect) => !(expect.camera && expect.still), 'wants the camera both moving and still')
  .refine((expect) => !expect.only || expect.moves !== undefined, '"only" needs "moves"')
  .refine((expect) => !expect.nothing || (!expect.moves && !expect.camera && !expect.drift), '"nothing" goes with "still" only');

const shot = z
  .strictObject({
    id,
    /** An id among the photos. */
    photo: z.string(),
    prompt: z.string(),
    expect: expectation,
    seed: z.number().int().min(0).max(0xffff_ffff).optional(),
    seconds: z.number().positive().optional(),
    loop: z.boolean().optional(),
    /** Shots of one group say the same with growing strength: rank 0 gently, 1 as it is, 2 strongly. */
    group: z.string().optional(),
    rank: z.union([z.literal(0), z.literal(1), z.literal(2)]).optional(),
  })
  .refine((one) => (one.group === undefined) === (one.rank === undefined), '"group" and "rank" belong together');

const list = z.strictObject({ name: z.string().min(1), photos: z.record(id, photo), shots: z.array(shot).min(1) }).superRefine(({ photos, shots }, context) => {
  const seen = new Set<string>();
  const complain = (i: number, message: string): void => context.addIssue({ code: 'custom', path: ['shots', i], message });
  for (const [i, { id, photo, expect }] of shots.entries()) {
    if (seen.has(id)) complain(i, `the id ${id} was there before`);
    seen.add(id);
    const regions = photos[photo]?.regions;
    if (!regions) complain(i, `there is no photo ${photo}`);
    for (const name of expect.moves ?? []) if (regions && !(name in regions)) complain(i, `the photo ${photo} has no region ${name}`);
  }
  for (const group of new Set(shots.flatMap((one) => one.group ?? []))) {
    const ranks = shots.filter((one) => one.group === group).map((one) => one.rank);
    if (ranks.toSorted().join() !== '0,1,2') complain(0, `the group ${group} has the ranks ${ranks.join(', ')} instead of one each of 0, 1, 2`);
  }
});

export type Polygon = z.infer<typeof polygon>;
export type Regions = Readonly<Record<string, readonly Polygon[]>>;
export type Expectation = z.infer<typeof expectation>;
export type CameraAxis = keyof z.infer<typeof cameraExpectation>;
export type Shot = z.infer<typeof shot>;
export type ShotList = z.infer<typeof list>;

const checked = <T>(schema: z.ZodType<T>, text: string, what: string): T => {
  const parsed = schema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new Error([`This ${what} has problems:`, ...parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`)].join('\n'));
};

/**
 * @param text JSON of a list
 * @throws Error naming every problem at once, with the place of each
 */
export const parseList = (text: string): ShotList => checked(list, text, 'list');

/** What one shot is expected to do, from JSON. @throws Error as `parseList` */
export const parseExpectation = (text: string): Expectation => checked(expectation, text, 'expectation');
