/** Sizes and crops: how a photo meets the shape of a clip. */

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The largest centred part of a photo with the clip's aspect ratio, in (possibly fractional) pixels of the photo. */
export const coverCrop = (
  photo: { readonly widthPx: number; readonly heightPx: number },
  clip: { readonly widthPx: number; readonly heightPx: number },
): Rectangle => {
  const factor = Math.min(photo.widthPx / clip.widthPx, photo.heightPx / clip.heightPx);
  const width = clip.widthPx * factor;
  const height = clip.heightPx * factor;
  return { x: (photo.widthPx - width) / 2, y: (photo.heightPx - height) / 2, width, height };
};

/** A size with the clip's aspect ratio whose longer side is `longSidePx`; even, and no side below 16. */
export const proxySize = (clip: { readonly widthPx: number; readonly heightPx: number }, longSidePx: number): { widthPx: number; heightPx: number } => {
  const factor = longSidePx / Math.max(clip.widthPx, clip.heightPx);
  const even = (px: number): number => Math.max(16, 2 * Math.round((px * factor) / 2));
  return { widthPx: even(clip.widthPx), heightPx: even(clip.heightPx) };
};
