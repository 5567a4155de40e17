/** The inner loop of moving pixels, as WebAssembly: four or eight pixels along a line share one look at the coarse fields, four are sampled at once. */
import {
  assemble,
  type Code,
  doWhile,
  f32,
  f32x4,
  floats,
  i8x16,
  i16x8,
  i32,
  i32x4,
  integers,
  type Variable,
  v128,
  when,
  writeFunction,
} from './compose-assembler.ts';

/** Pixels between two looks at the fields: 8 is a fifth faster and finer than the fields of a large clip, small clips need 4. */
export type Span = 4 | 8;
/** Floats per cell of the interleaved fields: shifts of the still sheet and both copies, brightness, contrast, its mean, three unused. */
export const CELL_FLOATS = 12;

/** What a kernel has to do; what it has not to do costs nothing. */
export interface Task {
  /** 1: luma. 2: U and V, which share positions and mask; brightness and contrast leave them alone. */
  readonly planes: 1 | 2;
  /** Copies of the layer that show. */
  readonly copies: 0 | 1 | 2;
  /** Whether the brightness of luma changes. */
  readonly shines: boolean;
}

export const nameOf = ({ planes, copies, shines }: Task): string => `${planes === 1 ? 'luma' : 'chroma'}${copies}${shines ? 'shining' : ''}`;

/**
 * Parameters, all in this order. Addresses are in bytes: `fields` interleaved cells, `columns` and `lines` tables of
 * {byte offset of the cell i32, share of the next one f32}, `row` room for one line of cells. `between` is the distance
 * from plane U to plane V. Places in the picture are origin + column * perColumn + line * perLine, in pixels.
 */
export const WHOLES = ['width', 'height', 'rowBytes', 'fields', 'columns', 'lines', 'row', 'still', 'layer', 'mask', 'out', 'between'] as const;
export const REALS = ['scaleX', 'scaleY', 'originX', 'originY', 'perColumnX', 'perColumnY', 'perLineX', 'perLineY', 'weight0', 'weight1'] as const;

const CELL_BYTES = 4 * CELL_FLOATS;
const ENTRY_BYTES = 8;
/** Places are whole numbers of 1/65536 pixel; sampling uses the upper 7 bits of the fraction, so that 8-bit values times weights stay within 16 bits. */
const ONE = 1 << 16;
const WEIGHT_BITS = 7;
const ROUND_TO_WEIGHT = 1 << (16 - WEIGHT_BITS - 1);
/** A sample is the value times this. */
const SAMPLE = 1 << (2 * WEIGHT_BITS);
const [LOWEST, HIGHEST] = [16, 240];

const words = (...lanes: readonly number[]): number[] => lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]);
const broadcast = (lane: number, vector: Code): Code => v128.shuffle(words(lane, lane, lane, lane), vector, vector);
const allIntegers = (value: number): Code => v128.const(integers(value));
const allFloats = (value: number): Code => v128.const(floats(value));

/** Where four pixels are sampled: addresses of their upper left neighbours within a plane, and the pairs of weights for `dot`. */
interface Place {
  readonly code: Code;
  readonly at: readonly Variable[];
  readonly across01: Variable;
  readonly across23: Variable;
  readonly down: Variable;
}

const writeKernel = (span: Span, task: Task) =>
  writeFunction(nameOf(task), WHOLES, REALS, ({ whole, real, local, locals }) => {
    const { planes, copies, shines } = task;
    const contrasts = copies === 2 && planes === 1;
    /** Vectors of a cell that are needed: still and first copy; second copy and shading; the contrast's mean. */
    const vectors = contrasts ? 3 : copies === 2 || shines ? 2 : 1;

    const { y, x, entry, out, line, column } = locals('i32', 'y', 'x', 'entry', 'out', 'line', 'column');
    const { scale, camera, cameraStep, limitX, limitY, rest } = locals('v128', 'scale', 'camera', 'cameraStep', 'limitX', 'limitY', 'rest');
    const { here, next, step } = locals('v128', 'here', 'next', 'step');
    const { shading, nextShading, mean, nextMean } = locals('v128', 'shading', 'nextShading', 'mean', 'nextMean');
    const { secondHere, secondNext, secondStep } = locals('v128', 'secondHere', 'secondNext', 'secondStep');
    const { placeX, placeY, value, share, moved } = locals('v128', 'placeX', 'placeY', 'value', 'share', 'moved');
    const places = [0, 1, 2].map(() => ({
      at: [local('i32'), local('i32'), local('i32'), local('i32')],
      across01: local('v128'),
      across23: local('v128'),
      down: local('v128'),
    }));

    /** [x, y, x, y] from two floats. */
    const pairs = (first: Code, second: Code): Code => f32x4.replaceLane(3, f32x4.replaceLane(1, f32x4.splat(first), second), second);

    /** Vector `k` of the line's fields at a column: between the cell at `entry` and the next one. */
    const field = (k: number): Code => {
      const from = v128.load(16 * k, i32.add(whole.row.get, i32.load(0, entry.get)));
      const to = v128.load(16 * k + CELL_BYTES, i32.add(whole.row.get, i32.load(0, entry.get)));
      return f32x4.add(from, f32x4.mul(f32x4.splat(f32.load(4, entry.get)), f32x4.sub(to, from)));
    };

    /** Fixed-point places of the still sheet and first copy, or of the second copy, from a vector of fields. */
    const fixed = (fields: Code): Code =>
      i32x4.add(i32x4.fromF32(f32x4.mul(f32x4.add(f32x4.mul(fields, scale.get), camera.get), allFloats(ONE))), allIntegers(ROUND_TO_WEIGHT));

    /** Reads the fields at `entry` into what follows the current span. */
    const look: Code = [
      ...next.set(fixed(field(0))),
      ...(vectors > 1 ? nextShading.set(field(1)) : []),
      ...(copies === 2 ? secondNext.set(fixed(nextShading.get)) : []),
      ...(vectors > 2 ? nextMean.set(field(2)) : []),
    ];
    const advance: Code = [
      ...here.set(next.get),
      ...(vectors > 1 ? shading.set(nextShading.get) : []),
      ...(copies === 2 ? secondHere.set(secondNext.get) : []),
      ...(vectors > 2 ? mean.set(nextMean.get) : []),
    ];

    /** Four numbers from lane `lane` on their way along the span. */
    const along = (from: Code, perPixel: Code, lane: number, first: number): Code =>
      i32x4.add(broadcast(lane, from), i32x4.mul(broadcast(lane, perPixel), v128.const(integers(first, first + 1, first + 2, first + 3))));
    const alongFloat = (from: Variable, to: Variable, lane: number, first: number): Code =>
      f32x4.add(
        broadcast(lane, from.get),
        f32x4.mul(broadcast(lane, f32x4.sub(to.get, from.get)), v128.const(floats(...[0, 1, 2, 3].map((i) => (first + i) / span)))),
      );

    /** Past the border the still sheet is continued and the layer mirrored. */
    const clamped = (place: Code, limit: Variable, mirrors: boolean): Code => {
      const inside = mirrors ? i32x4.min(i32x4.abs(place), i32x4.sub(i32x4.shiftLeft(limit.get, i32.const(1)), i32x4.abs(place))) : place;
      return i32x4.min(i32x4.max(inside, allIntegers(0)), limit.get);
    };
    /** Each lane's pair (1 - fraction, fraction), in 1/128. */
    const weights = (place: Variable): Code => {
      const fraction = v128.and(i32x4.shiftRight(place.get, i32.const(16 - WEIGHT_BITS)), allIntegers((1 << WEIGHT_BITS) - 1));
      return i32x4.add(i32x4.mul(fraction, allIntegers(ONE - 1)), allIntegers(1 << WEIGHT_BITS));
    };
    const locate = (place: Omit<Place, 'code'>, horizontal: Code, vertical: Code, mirrors: boolean): Place => ({
      ...place,
      code: [
        ...placeX.set(clamped(horizontal, limitX, mirrors)),
        ...placeY.set(clamped(vertical, limitY, mirrors)),
        ...place.down.set(weights(placeX)),
        ...place.across01.set(v128.shuffle(words(0, 0, 1, 1), place.down.get, place.down.get)),
        ...place.across23.set(v128.shuffle(words(2, 2, 3, 3), place.down.get, place.down.get)),
        ...place.down.set(weights(placeY)),
        ...placeX.set(
          i32x4.add(i32x4.mul(i32x4.shiftRight(placeY.get, i32.const(16)), i32x4.splat(whole.width.get)), i32x4.shiftRight(placeX.get, i32.const(16))),
        ),
        ...place.at.flatMap((one, lane) => one.set(i32x4.lane(lane, placeX.get))),
      ],
    });

    /** Bilinear samples of a plane at four places, times SAMPLE, i32x4. */
    const gathered = local('v128');
    const sample = ({ at, across01, across23, down }: Place, plane: Code): Code => {
      let pixels = allIntegers(0);
      at.forEach((one, i) => {
        const upper = i32.add(plane, one.get);
        pixels = v128.load16Lane(2 * i, upper, pixels);
        pixels = v128.load16Lane(2 * i + 1, i32.add(upper, whole.width.get), pixels);
      });
      return [
        ...gathered.set(pixels),
        ...i32x4.dot(i16x8.narrow(i32x4.dot(i16x8.extendLow(gathered.get), across01.get), i32x4.dot(i16x8.extendHigh(gathered.get), across23.get)), down.get),
      ];
    };
    const sampleFloat = (place: Place, plane: Code): Code => f32x4.mul(f32x4.fromI32(sample(place, plane)), allFloats(1 / SAMPLE));

    const bytes = (rounded: Code): Code => {
      const inRange = i32x4.min(i32x4.max(rounded, allIntegers(LOWEST)), allIntegers(HIGHEST));
      return i8x16.narrowUnsigned(i16x8.narrow(inRange, allIntegers(0)), allIntegers(0));
    };

    /** Four pixels, `first` pixels into the span. */
    const four = (first: number): Code => {
      const still = locate(places[0] as Omit<Place, 'code'>, along(here.get, step.get, 0, first), along(here.get, step.get, 1, first), false);
      const copy0 = locate(places[1] as Omit<Place, 'code'>, along(here.get, step.get, 2, first), along(here.get, step.get, 3, first), true);
      const copy1 = locate(
        places[2] as Omit<Place, 'code'>,
        along(secondHere.get, secondStep.get, 0, first),
        along(secondHere.get, secondStep.get, 1, first),
        true,
      );
      const planeCode = (plane: number): Code => {
        const of = (base: Variable): Code => (plane === 0 ? base.get : i32.add(base.get, whole.between.get));
        const store = (rounded: Code): Code => v128.store32Lane(0, i32.add(of(out), i32.add(x.get, i32.const(first))), bytes(rounded));
        if (copies === 0 && !shines) {
          return store(i32x4.shiftRight(i32x4.add(sample(still, of(whole.still)), allIntegers(SAMPLE / 2)), i32.const(2 * WEIGHT_BITS)));
        }
        const layered: Code = [
          ...moved.set(f32x4.mul(sampleFloat(copy0, of(whole.layer)), f32x4.splat(real.weight0.get))),
          ...(copies === 2 ? moved.set(f32x4.add(moved.get, f32x4.mul(sampleFloat(copy1, of(whole.layer)), f32x4.splat(real.weight1.get)))) : []),
          ...(contrasts ? moved.set(f32x4.sub(f32x4.mul(alongFloat(shading, nextShading, 3, first), moved.get), alongFloat(mean, nextMean, 0, first))) : []),
          ...value.set(f32x4.add(value.get, f32x4.mul(share.get, f32x4.sub(moved.get, sampleFloat(still, of(whole.layer)))))),
        ];
        const black = allFloats(LOWEST);
        return [
          ...value.set(sampleFloat(still, of(whole.still))),
          ...(copies > 0 ? when(v128.anyTrue(share.get), layered) : []),
          ...(shines ? value.set(f32x4.add(black, f32x4.mul(f32x4.sub(value.get, black), alongFloat(shading, nextShading, 2, first)))) : []),
          ...store(i32x4.fromF32(f32x4.add(value.get, allFloats(0.5)))),
        ];
      };
      return [
        ...still.code,
        ...(copies > 0
          ? [
              ...share.set(f32x4.mul(f32x4.fromI32(sample(still, whole.mask.get)), allFloats(1 / (SAMPLE * 255)))),
              ...when(v128.anyTrue(share.get), [...copy0.code, ...(copies === 2 ? copy1.code : [])]),
            ]
          : []),
        ...Array.from({ length: planes }, (_, plane) => planeCode(plane)).flat(),
      ];
    };

    const fieldsOfLine: Code = [
      ...rest.set(f32x4.splat(f32.load(4, entry.get))),
      ...entry.set(i32.add(whole.fields.get, i32.load(0, entry.get))),
      ...column.set(i32.const(0)),
      ...doWhile(
        [
          ...v128.store(
            0,
            i32.add(whole.row.get, column.get),
            f32x4.add(
              v128.load(0, i32.add(entry.get, column.get)),
              f32x4.mul(
                rest.get,
                f32x4.sub(v128.load(0, i32.add(i32.add(entry.get, column.get), whole.rowBytes.get)), v128.load(0, i32.add(entry.get, column.get))),
              ),
            ),
          ),
          ...column.set(i32.add(column.get, i32.const(16))),
        ],
        i32.lessThan(column.get, whole.rowBytes.get),
      ),
    ];
    const cameraAt = (origin: Variable, perLine: Variable): Code => f32.add(origin.get, f32.mul(f32.fromI32(y.get), perLine.get));

    return [
      ...scale.set(pairs(real.scaleX.get, real.scaleY.get)),
      ...cameraStep.set(f32x4.mul(pairs(real.perColumnX.get, real.perColumnY.get), allFloats(span))),
      ...limitX.set(i32x4.splat(i32.mul(i32.add(whole.width.get, i32.const(-1)), i32.const(ONE)))),
      ...limitY.set(i32x4.splat(i32.mul(i32.add(whole.height.get, i32.const(-1)), i32.const(ONE)))),
      ...out.set(whole.out.get),
      ...line.set(whole.lines.get),
      ...doWhile(
        [
          ...entry.set(line.get),
          ...fieldsOfLine,
          ...camera.set(pairs(cameraAt(real.originX, real.perLineX), cameraAt(real.originY, real.perLineY))),
          ...entry.set(whole.columns.get),
          ...look,
          ...x.set(i32.const(0)),
          ...doWhile(
            [
              ...advance,
              ...entry.set(i32.add(entry.get, i32.const(ENTRY_BYTES))),
              ...camera.set(f32x4.add(camera.get, cameraStep.get)),
              ...look,
              ...step.set(i32x4.shiftRight(i32x4.sub(next.get, here.get), i32.const(Math.log2(span)))),
              ...(copies === 2 ? secondStep.set(i32x4.shiftRight(i32x4.sub(secondNext.get, secondHere.get), i32.const(Math.log2(span)))) : []),
              ...four(0),
              ...(span === 8 ? four(4) : []),
              ...x.set(i32.add(x.get, i32.const(span))),
            ],
            i32.lessThan(x.get, whole.width.get),
          ),
          ...out.set(i32.add(out.get, whole.width.get)),
          ...line.set(i32.add(line.get, i32.const(ENTRY_BYTES))),
          ...y.set(i32.add(y.get, i32.const(1))),
        ],
        i32.lessThan(y.get, whole.height.get),
      ),
    ];
  });

/** The module with a kernel for every task. */
export const kernelBytes = (span: Span): Uint8Array =>
  assemble(
    ([0, 1, 2] as const).flatMap((copies) => [
      writeKernel(span, { planes: 1, copies, shines: false }),
      writeKernel(span, { planes: 1, copies, shines: true }),
      writeKernel(span, { planes: 2, copies, shines: false }),
    ]),
  );
