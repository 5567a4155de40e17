/** Noise levels and solver against trajectories recorded by record-scheduler.py. */
import { describe, expect, it } from 'vitest';
import { startDpmSolver } from '../../worker/schedulers/dpm-solver-multistep.ts';
import { karrasSigmas } from '../../worker/schedulers/karras.ts';
import recorded from './scheduler.json' with { type: 'json' };

const clean = (x: Float32Array, sigma: number): Float32Array =>
  x.map((value) => (0.25 * value) / (0.25 + sigma ** 2) + 0.2 * Math.sin((3 * value) / (1 + sigma)));

const walk = (steps: number, start: readonly number[]): Float32Array[] => {
  const sigmas = karrasSigmas(steps, recorded);
  const solver = startDpmSolver(sigmas);
  const path: Float32Array[] = [];
  let x: Float32Array = Float32Array.from(start);
  for (let i = 0; i < steps; i++) {
    x = solver.step(i, x, clean(x, sigmas[i] as number));
    path.push(x);
  }
  return path;
};

describe.each(recorded.cases)('$steps steps', ({ steps, sigmas, start, path }) => {
  it('has the recorded noise levels', () => {
    const got = karrasSigmas(steps, recorded);
    expect(got).toHaveLength(sigmas.length);
    got.forEach((sigma, i) => {
      expect(Math.abs(sigma - (sigmas[i] as number))).toBeLessThan(1e-12 * 40);
    });
  });

  it('walks the recorded path', () => {
    walk(steps, start).forEach((x, i) => {
      x.forEach((value, j) => {
        const wanted = path[i]?.[j] as number;
        expect(Math.abs(value - wanted)).toBeLessThan(1e-5 * Math.max(1, Math.abs(wanted)));
      });
    });
  });
});

it('remembers nothing of an earlier sample', () => {
  const start = recorded.cases[2]?.start ?? [];
  expect(walk(4, start)).toEqual(walk(4, start));
});
