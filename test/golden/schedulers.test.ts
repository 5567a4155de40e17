/** The schedulers against diffusers' own, recorded by record-schedulers.py: tables, scaled inputs and every single step. */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../../worker/golden/safetensors.ts';
import { createScheduler } from '../../worker/schedulers/index.ts';
import type { ScheduleRequest, SchedulerConfig } from '../../worker/schedulers/scheduler.ts';
import recorded from './data/schedulers.json' with { type: 'json' };

interface Case {
  readonly key: string;
  readonly config: SchedulerConfig;
  readonly request: ScheduleRequest;
}

const stored = await readSafetensors(fileURLToPath(new URL('data/schedulers.safetensors', import.meta.url)));
const tensorOf = (key: string) => {
  const found = stored.get(key);
  if (found === undefined) throw new Error(`${key} was not recorded`);
  return found;
};
const row = (key: string, i: number): Float32Array => {
  const { data, dims } = tensorOf(key);
  const width = dims[1] as number;
  return Float32Array.from(data.subarray(i * width, (i + 1) * width));
};

/** Largest difference, relative to the largest value. */
const apart = (got: Float32Array, wanted: Float32Array): number => {
  const size = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return got.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted[i] as number))), 0) / size;
};

/** torch's own square root (MKL) is up to one step beside the nearest float32; rescaling to zero SNR divides by differences of such roots. */
const toleranceOf = ({ rescale_betas_zero_snr: rescaled }: SchedulerConfig, magnified: number): number => (rescaled === true ? magnified : 1e-6);

describe.each(recorded.pipelines as readonly (Case & { readonly family: string })[])('recorded pipeline $family', ({ key, config, request }) => {
  const schedule = createScheduler(config).start(request);

  it('tells the network the recorded timesteps', () => {
    const wanted = [...tensorOf(`${key}/timesteps`).data];
    // SVD's are logarithms, in which torch's own library (MKL) may be one step beside the nearest float32
    if (config.timestep_type === 'continuous') expect(apart(Float32Array.from(schedule.timesteps), Float32Array.from(wanted))).toBeLessThan(2 ** -23);
    else expect([...schedule.timesteps]).toEqual(wanted);
  });

  it('has the recorded noise levels, or none', () => {
    expect([...(schedule.sigmas ?? [])]).toEqual([...(stored.get(`${key}/sigmas`)?.data ?? [])]);
  });

  it('takes the recorded steps', () => {
    for (let i = 0; i < request.steps; i++) {
      expect(apart(schedule.step(i, row(`${key}/outputs`, i), row(`${key}/ins`, i)), row(`${key}/outs`, i))).toBeLessThan(toleranceOf(config, 5e-6));
    }
  });
});

const cases = (recorded.cases as unknown as readonly (Case & { readonly init_noise_sigma: number })[]).map((one) => ({
  ...one,
  title: `${one.key} ${one.config._class_name}, ${one.request.steps} steps, ${JSON.stringify({ ...one.config, _class_name: undefined })}`,
}));

describe.each(cases)('$title', ({ key, config, request, init_noise_sigma: unit }) => {
  const schedule = createScheduler(config).start(request);
  const samples = `${key}/samples`;

  it('has the recorded timesteps', () => {
    const wanted = [...tensorOf(`${key}/timesteps`).data];
    expect(schedule.timesteps).toHaveLength(wanted.length);
    // where they are interpolated between logarithms, NumPy's float32 logarithm (up to two steps off) shows
    const exact = wanted.every(Number.isInteger) || config._class_name === 'FlowMatchEulerDiscreteScheduler';
    wanted.forEach((t, i) => {
      if (exact) expect(schedule.timesteps[i]).toBe(t);
      else expect(Math.abs((schedule.timesteps[i] as number) - t)).toBeLessThan(2e-3);
    });
  });

  it('has the recorded noise levels, or none', () => {
    const wanted = Float32Array.from(stored.get(`${key}/sigmas`)?.data ?? []);
    const got = Float32Array.from(schedule.sigmas ?? []);
    expect(got).toHaveLength(wanted.length);
    // the last level is 0; the others lie within one step of float32
    wanted.forEach((sigma, i) => {
      expect(Math.abs((got[i] as number) - sigma)).toBeLessThanOrEqual(toleranceOf(config, 5e-5) * sigma);
    });
  });

  it('begins and scales as recorded', () => {
    expect(Math.abs(schedule.initNoiseSigma / unit - 1)).toBeLessThan(toleranceOf(config, 5e-5));
    for (let i = 0; i < schedule.timesteps.length; i++) {
      expect(apart(schedule.scaleInput(i, row(samples, i)), row(`${key}/scaled`, i))).toBeLessThan(toleranceOf(config, 5e-5));
    }
  });

  it('takes the recorded steps', () => {
    for (let i = 0; i < schedule.timesteps.length; i++) {
      expect(apart(schedule.step(i, row(`${key}/outputs`, i), row(samples, i)), row(samples, i + 1))).toBeLessThan(toleranceOf(config, 5e-5));
    }
  });
});

describe.each(recorded.sweeps as readonly { config: SchedulerConfig; sha256: string }[])('all timesteps of 1 to 100 steps, $config', ({ config, sha256 }) => {
  it('are the recorded ones', () => {
    const scheduler = createScheduler(config);
    const taken = Array.from({ length: 100 }, (_, i) => [...scheduler.start({ steps: i + 1 }).timesteps]).flat();
    expect(
      createHash('sha256')
        .update(new Uint8Array(Int32Array.from(taken).buffer))
        .digest('hex'),
    ).toBe(sha256);
  });
});
