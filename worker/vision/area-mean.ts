/** A part of a picture at another size, every pixel the plain mean of those that it covers, as networks for faces were trained to see it. */
import type { Raster } from './resample.ts';

/** Whole pixels; the right and lower sides lie outside. */
export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * @param box inside the picture, at least one pixel wide and high
 * @returns float32 [3, heightPx, widthPx] in -1..1
 * @source torch.nn.functional.interpolate with mode "area" (adaptive_avg_pool2d)
 */
export const areaMean = ({ rgb, widthPx: stride }: Raster, box: PixelBox, widthPx: number, heightPx: number): Float32Array => {
  const area = widthPx * heightPx;
  const out = new Float32Array(3 * area);
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  for (let y = 0, at = 0; y < heightPx; y++) {
    const from = box.top + Math.floor((y * height) / heightPx);
    const to = box.top + Math.ceil(((y + 1) * height) / heightPx);
    for (let x = 0; x < widthPx; x++, at++) {
      const first = box.left + Math.floor((x * width) / widthPx);
      const last = box.left + Math.ceil(((x + 1) * width) / widthPx);
      let [r, g, b] = [0, 0, 0];
      for (let row = from; row < to; row++) {
        const end = (row * stride + last) * 3;
        for (let i = (row * stride + first) * 3; i < end; i += 3) {
          r += rgb[i] as number;
          g += rgb[i + 1] as number;
          b += rgb[i + 2] as number;
        }
      }
      const count = (to - from) * (last - first);
      out[at] = (r / count - 127.5) / 128;
      out[area + at] = (g / count - 127.5) / 128;
      out[2 * area + at] = (b / count - 127.5) / 128;
    }
  }
  return out;
};

/** The whole picture, smaller: quicker than `resample`, and good enough to look for something in it. */
export const shrunk = (photo: Raster, widthPx: number, heightPx: number): Raster => {
  const planes = areaMean(photo, { left: 0, top: 0, right: photo.widthPx, bottom: photo.heightPx }, widthPx, heightPx);
  const area = widthPx * heightPx;
  const rgb = new Uint8Array(3 * area);
  for (let i = 0, to = 0; i < area; i++) for (let c = 0; c < 3; c++, to++) rgb[to] = Math.round((planes[c * area + i] as number) * 128 + 127.5);
  return { widthPx, heightPx, rgb };
};
