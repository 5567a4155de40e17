/** Boxes around faces as the cascade MTCNN handles them: which overlap, how a network corrects them, and the square to look at next. */

/** In pixels of the picture; the right and lower sides lie outside. */
export interface FaceBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** That this is a face, 0..1. */
  readonly probability: number;
}

/** What an overlap is a share of: the area that both cover together, or the smaller of the two, whose sides count one pixel more. */
export type Overlap = 'union' | 'smaller';

/**
 * Non-maximum suppression: the most probable of the boxes that overlap.
 * @param most share of overlap that two boxes may have
 * @returns those that are left, most probable first
 * @source facenet-pytorch 2.6.0, detect_face.py: torchvision's nms, and nms_numpy with 'Min'
 */
export const keepBest = <Box extends FaceBox>(boxes: readonly Box[], most: number, overlap: Overlap): Box[] => {
  const edge = overlap === 'union' ? 0 : 1;
  const length = (from: number, to: number): number => Math.max(0, to - from + edge);
  const area = ({ left, top, right, bottom }: FaceBox): number => length(left, right) * length(top, bottom);
  const kept: Box[] = [];
  for (const box of boxes.toSorted((a, b) => b.probability - a.probability)) {
    const isNew = kept.every((other) => {
      const common =
        length(Math.max(box.left, other.left), Math.min(box.right, other.right)) * length(Math.max(box.top, other.top), Math.min(box.bottom, other.bottom));
      const [one, two] = [area(box), area(other)];
      return common <= most * (overlap === 'union' ? one + two - common : Math.min(one, two));
    });
    if (isNew) kept.push(box);
  }
  return kept;
};

/** Moves each side by a share of the box. @param sides left, top, right, bottom @param edge pixels that width and height count more */
export const corrected = <Box extends FaceBox>(
  box: Box,
  [left = 0, top = 0, right = 0, bottom = 0]: ArrayLike<number> & Iterable<number>,
  edge: 0 | 1,
): Box => {
  const [width, height] = [box.right - box.left + edge, box.bottom - box.top + edge];
  return {
    ...box,
    left: box.left + left * width,
    top: box.top + top * height,
    right: box.right + right * width,
    bottom: box.bottom + bottom * height,
  };
};

/** The square with the same centre whose side is the longer one. */
export const squared = <Box extends FaceBox>(box: Box): Box => {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const side = Math.max(width, height);
  const [left, top] = [box.left + width / 2 - side / 2, box.top + height / 2 - side / 2];
  return { ...box, left, top, right: left + side, bottom: top + side };
};
