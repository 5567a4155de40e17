/** Guidance and posteriors against torch's bits, recorded by test/golden/record-arithmetic.py. */
import { describe, expect, it } from 'vitest';
import { guide, rescaleGuidance } from '../../../worker/parts/guidance.ts';
import { posteriorMode, samplePosterior, splitMoments } from '../../../worker/parts/posterior.ts';
import { linspace } from '../../../worker/tensor/ops.ts';
import { type FloatTensor, tensor } from '../../../worker/tensor/tensor.ts';
import recorded from '../../golden/data/arithmetic.json' with { type: 'json' };

const read = (key: keyof typeof recorded): FloatTensor => tensor(new Float32Array(Int32Array.from(recorded[key].bits).buffer), recorded[key].dims);
const apart = (got: FloatTensor, wanted: FloatTensor): number =>
  got.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted.data[i] as number)) / Math.max(1, Math.abs(wanted.data[i] as number))), 0);

describe('the posterior', () => {
  it('is sampled with the noise given, far log variances clamped', () => {
    const got = samplePosterior(read('moments'), read('noise').data);
    expect(got.dims).toEqual([2, 3, 2, 3]);
    // exp differs by a step between libraries
    expect(apart(got, read('sampled'))).toBeLessThan(2e-7);
    expect([...splitMoments(read('moments')).logVariance.data].every((value) => value >= -30 && value <= 20)).toBe(true);
  });

  it('has its mean as its mode', () => {
    expect(posteriorMode(read('moments'))).toEqual(read('mode'));
  });

  it('wants as much noise as there are latents, and two halves', () => {
    expect(() => samplePosterior(read('moments'), new Float32Array(5))).toThrow(RangeError);
    expect(() => splitMoments(tensor(new Float32Array(3), [1, 3, 1]))).toThrow(RangeError);
  });
});

describe('guidance', () => {
  it('goes beyond the words, bit for bit', () => {
    expect(guide(read('uncond'), read('cond'), 7.5)).toEqual(read('guided'));
  });

  it('may differ from frame to frame', () => {
    expect(guide(read('uncond'), read('cond'), linspace(1, 3, 4))).toEqual(read('perFrame'));
  });

  it('refuses shapes and scales that do not fit', () => {
    expect(() => guide(read('uncond'), read('moments'), 2)).toThrow(RangeError);
    expect(() => guide(read('uncond'), read('cond'), Float32Array.of(1, 2, 3))).toThrow(RangeError);
  });

  it('takes back the contrast it adds', () => {
    expect(apart(rescaleGuidance(read('guided'), read('cond'), 0.7), read('rescaled'))).toBeLessThan(3e-7);
    expect(rescaleGuidance(read('guided'), read('cond'), 0)).toEqual(read('guided'));
  });
});
