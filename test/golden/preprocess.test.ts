/** Image inputs against those of the reference pipelines, recorded by record-pictures.py. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { decodeExactly } from '../../worker/vision/photo.ts';
import { clipImage, i2vgenImages, svdClipImage, vaeImage } from '../../worker/vision/preprocess.ts';
import recorded from './data/pictures.json' with { type: 'json' };
import { picture, sha256 } from './picture.ts';

type Size = readonly [number, number];
const clip = { sidePx: 224, mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] };

/** Convolution and cubic sums are added up in another order than torch's: no bits, but float32's precision. */
const expectSampled = (data: Float32Array, wanted: readonly number[]): void => {
  const got = data.filter((_, i) => i % recorded.step === 0);
  expect(got).toHaveLength(wanted.length);
  expect(got.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted[i] as number))), 0)).toBeLessThan(5e-6);
};

describe.each(recorded.prepared)('a picture of $size for $to', ({ size, seed, to, ...wanted }) => {
  const photo = picture(size as unknown as Size, seed);
  const [width, height] = to as unknown as Size;

  it('for a VAE', () => {
    const x = vaeImage(photo, width, height, 'minus-one-to-one');
    expect(x.dims).toEqual([1, 3, height, width]);
    expect(sha256(x.data)).toBe(wanted.vae);
    expect(sha256(vaeImage(photo, width, height, 'zero-to-one').data)).toBe(wanted.control);
  });

  it('for CLIP', () => {
    const x = clipImage(photo, clip);
    expect(x.dims).toEqual([1, 3, 224, 224]);
    expect(sha256(x.data)).toBe(wanted.clip);
  });

  it('for Stable Video Diffusion', () => {
    expectSampled(svdClipImage(photo, clip).data, wanted.svdClip);
  });

  it('for I2VGen-XL', () => {
    const { clip: square, vae } = i2vgenImages(photo, width, height, clip);
    expect(vae.dims).toEqual([1, 3, height, width]);
    expect(sha256(square.data)).toBe(wanted.i2vgenClip);
    expect(sha256(vae.data)).toBe(wanted.i2vgenVae);
  });
});

describe.each(recorded.pipelines)('the recorded input of $family', ({ family, to, vae, clip: clipSha, svdClip }) => {
  it('becomes what its networks were given', async () => {
    const photo = await decodeExactly(await readFile(new URL(`data/pictures/${family}.png`, import.meta.url)));
    const [width, height] = to as unknown as Size;
    const made =
      family === 'i2vgenxl'
        ? i2vgenImages(photo, width, height, clip)
        : { clip: clipImage(photo, clip), vae: vaeImage(photo, width, height, 'minus-one-to-one') };
    expect(vae !== undefined || clipSha !== undefined || svdClip !== undefined).toBe(true);
    if (vae !== undefined) expect(sha256(made.vae.data)).toBe(vae);
    if (clipSha !== undefined) expect(sha256(made.clip.data)).toBe(clipSha);
    if (svdClip !== undefined) expectSampled(svdClipImage(photo, clip).data, svdClip);
  });
});
