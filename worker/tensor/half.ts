/** Half precision: float16 and bfloat16 values as rounded float32, and as the sixteen bits that files hold. */

const view = new DataView(new ArrayBuffer(4));

const bitsOf = (value: number): number => {
  view.setFloat32(0, value);
  return view.getUint32(0);
};

const floatOf = (bits: number): number => {
  view.setUint32(0, bits);
  return view.getFloat32(0);
};

/** The sixteen bits of the nearest float16, ties to even; beyond 65504 infinity, as torch casts. */
export const toFloat16Bits = (value: number): number => {
  const bits = bitsOf(value);
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fff_ffff;
  if (size > 0x7f80_0000) return sign | 0x7e00;
  // 65520 lies halfway between the largest float16 and the next power of two, which would be its even neighbour
  if (size >= 0x477f_f000) return sign | 0x7c00;
  // below 2^-14 values lie 2^-24 apart
  if (size < 0x3880_0000) return sign | roundEven(Math.abs(floatOf(bits)) * 2 ** 24);
  return sign | ((size - 0x3800_0000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
};

/** The value of sixteen float16 bits. */
export const fromFloat16Bits = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

/** The sixteen bits of the nearest bfloat16, ties to even. */
export const toBfloat16Bits = (value: number): number => {
  const bits = bitsOf(value);
  if ((bits & 0x7fff_ffff) > 0x7f80_0000) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
};

/** The value of sixteen bfloat16 bits. */
export const fromBfloat16Bits = (bits: number): number => floatOf((bits & 0xffff) * 0x1_0000);

/** To the nearest whole number, halves to the even one, as numpy and torch round. */
export const roundEven = (value: number): number => {
  const floor = Math.floor(value);
  const part = value - floor;
  if (part !== 0.5) return part < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
};

/** The nearest float16. */
export const roundFloat16 = (value: number): number => fromFloat16Bits(toFloat16Bits(value));

/** The nearest bfloat16. */
export const roundBfloat16 = (value: number): number => fromBfloat16Bits(toBfloat16Bits(value));
