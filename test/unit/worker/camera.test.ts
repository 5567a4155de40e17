/** The virtual camera: signs, gates, and that the photo's border never shows. */
import { describe, expect, it } from 'vitest';
import { type CameraMove, cameraPath, gateCamera, isStill, isWholePhoto } from '../../../worker/vision/camera.ts';

const still: CameraMove = { pan: 0, tilt: 0, zoom: 0, roll: 0, dolly: 0, orbit: 0, crane: 0, handheld: 0 };
const clip = { widthPx: 1280, heightPx: 720, seconds: 3, loop: false, motion: 1 };
const times = Array.from({ length: 49 }, (_, i) => i / 48);

/** Where the photo is looked at for a place of the frame and a depth. */
const look = (move: Partial<CameraMove>, time: number, x: number, y: number, depth = 0.5, how: Partial<typeof clip> = {}): [number, number] => {
  const { pose, parallax } = cameraPath({ ...still, ...move }, { ...clip, ...how }).at(time);
  const place = [pose[0] * x + pose[1] * y + pose[2], pose[3] * x + pose[4] * y + pose[5]] as const;
  return [place[0] + depth * (parallax[0] + parallax[2] * place[0]), place[1] + depth * (parallax[1] + parallax[2] * place[1])];
};

describe('the camera', () => {
  it('stands still without a move', () => {
    for (const time of times)
      expect(cameraPath(still, clip).at(time)).toEqual({
        pose: [1, -0, 0, 0, 1, -0].map((v) => expect.closeTo(v, 9)),
        parallax: [0, -0, -0].map((v) => expect.closeTo(v, 9)),
      });
  });

  it.each<[string, Partial<CameraMove>, (from: [number, number], to: [number, number]) => boolean]>([
    ['pans to the right: looks further right', { pan: 1 }, (a, b) => b[0] > a[0] + 0.1],
    ['tilts up: looks higher', { tilt: 1 }, (a, b) => b[1] < a[1] - 0.1],
    ['cranes up: looks higher', { crane: 1 }, (a, b) => b[1] < a[1] - 0.05],
  ])('%s', (_, move, holds) => {
    expect(holds(look(move, 0, 0, 0), look(move, 1, 0, 0))).toBe(true);
    const back = Object.fromEntries(Object.entries(move).map(([key, value]) => [key, -value]));
    expect(holds(look(back, 1, 0, 0), look(back, 0, 0, 0))).toBe(true);
  });

  it('zooms and dollies in: the frame shows less', () => {
    for (const move of [{ zoom: 1 }, { dolly: 1 }]) {
      expect(look(move, 0, 1, 1)).toEqual([expect.closeTo(1, 6), expect.closeTo(1, 6)]);
      expect(look(move, 1, 1, 1)[0]).toBeLessThan(0.92);
    }
    for (const move of [{ zoom: -1 }, { dolly: -1 }]) {
      expect(look(move, 0, 1, 1)[0]).toBeLessThan(0.92);
      expect(look(move, 1, 1, 1)).toEqual([expect.closeTo(1, 6), expect.closeTo(1, 6)]);
    }
  });

  it('dollies: what is near grows more than what is far', () => {
    expect(look({ dolly: 1 }, 1, 1, 0, 1)[0]).toBeLessThan(look({ dolly: 1 }, 1, 1, 0, 0)[0] - 0.05);
  });

  it('orbits to the right: what is near moves left against what is far', () => {
    expect(look({ orbit: 1 }, 1, 0, 0, 1)[0]).toBeGreaterThan(look({ orbit: 1 }, 1, 0, 0, 0)[0] + 0.05);
  });

  it('rolls clockwise: the frame turns clockwise over the photo', () => {
    expect(look({ roll: 1 }, 1, 1, 0)[1]).toBeGreaterThan(0.05);
  });

  const moves: [string, Partial<CameraMove>][] = [
    ...Object.keys(still).flatMap((axis): [string, Partial<CameraMove>][] => [
      [axis, { [axis]: 1.6 }],
      [`-${axis}`, { [axis]: axis === 'handheld' ? 0.5 : -1.6 }],
    ]),
    ['everything', { pan: 1, tilt: -1, zoom: 1, roll: 1, dolly: 1, orbit: -1, crane: 1, handheld: 1 }],
    ['everything backwards', { pan: -1, tilt: 1, zoom: -1, roll: -1, dolly: -1, orbit: 1, crane: -1, handheld: 1 }],
    ['ken burns', { zoom: 0.7, pan: 0.4 }],
  ];
  it.each(moves)('never shows the border: %s', (_, move) => {
    for (const how of [{}, { loop: true }, { motion: 2 }, { widthPx: 480, heightPx: 854 }, { widthPx: 64, heightPx: 64, motion: 2 }]) {
      for (const time of times) {
        for (const [x, y, depth] of [
          [-1, -1, 0],
          [1, -1, 0],
          [-1, 1, 0],
          [1, 1, 0],
          [-1, -1, 1],
          [1, -1, 1],
          [-1, 1, 1],
          [1, 1, 1],
        ] as const) {
          const place = look(move, time, x, y, depth, how);
          expect(Math.max(Math.abs(place[0]), Math.abs(place[1]))).toBeLessThan(1 + 1e-6);
        }
      }
    }
  });

  it.each(moves)('comes back in a loop: %s', (_, move) => {
    const [first, last] = [look(move, 0, 1, 1, 1, { loop: true }), look(move, 1, 1, 1, 1, { loop: true })];
    expect(last).toEqual(first.map((value) => expect.closeTo(value, 9)));
  });

  it('tells whether it starts on a part of the photo', () => {
    expect(cameraPath({ ...still, zoom: 1, roll: 1, orbit: 1, handheld: 1 }, clip).cropped).toBe(false);
    for (const move of [{ pan: 1 }, { zoom: -1 }, { dolly: -1 }, { tilt: 1 }]) expect(cameraPath({ ...still, ...move }, clip).cropped).toBe(true);
  });
});

describe('the gate', () => {
  it('lets nothing through that was not said', () => {
    expect(isStill(gateCamera([0.2, -0.2, 0.9, 0.2, 0.2, -0.9, 0.1, 0.4], [0, 0, 0, 0.1, 0, 0, -0.1, 0]))).toBe(true);
  });

  it('gives a named axis the sign that was said', () => {
    expect(gateCamera([-0.5, 0, 0.8, 0, 0, 0, 0, 0], [1, 0, 1, -1, 0, 0, 0, 0])).toEqual({ ...still, pan: 0.6, zoom: 0.8, roll: -0.6 });
  });
});

describe('isWholePhoto', () => {
  it('holds at the start of a move that begins on the photo, and nowhere else', () => {
    const zoom = cameraPath({ ...still, zoom: 1 }, clip);
    expect(isWholePhoto(zoom.at(0))).toBe(true);
    expect(isWholePhoto(zoom.at(0.1))).toBe(false);
    expect(isWholePhoto(cameraPath({ ...still, pan: 1 }, clip).at(0))).toBe(false);
    expect(isWholePhoto(cameraPath({ ...still, dolly: -1 }, clip).at(0))).toBe(false);
  });
  it('holds all the time for a camera at rest', () => {
    const rest = cameraPath(still, clip);
    for (const time of [0, 0.3, 1]) expect(isWholePhoto(rest.at(time))).toBe(true);
  });
});
