/** A picture in CIELAB, where equal distances look about equally different. */

/** Cube roots down to here, a straight line below. */
const LINEAR_BELOW = 0.008856;
/** The white of daylight (D65). */
const WHITE = { x: 0.950456, z: 1.088754 } as const;

/**
 * @param photo float32 [3, h, w] in 0..1, sRGB
 * @returns float32 [3, h, w]: lightness 0..100, green to red, blue to yellow
 * @source ISO/CIE 11664-4; IEC 61966-2-1 for sRGB
 */
export const toLab = (photo: Float32Array): Float32Array => {
  const area = photo.length / 3;
  const out = new Float32Array(photo.length);
  for (let i = 0; i < area; i++) {
    const [r, g, b] = [linear(photo[i] as number), linear(photo[area + i] as number), linear(photo[2 * area + i] as number)];
    const x = bend((0.412453 * r + 0.35758 * g + 0.180423 * b) / WHITE.x);
    const y = bend(0.212671 * r + 0.71516 * g + 0.072169 * b);
    const z = bend((0.019334 * r + 0.119193 * g + 0.950227 * b) / WHITE.z);
    out[i] = 116 * y - 16;
    out[area + i] = 500 * (x - y);
    out[2 * area + i] = 200 * (y - z);
  }
  return out;
};

const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

const bend = (value: number): number => (value > LINEAR_BELOW ? Math.cbrt(value) : 7.787 * value + 16 / 116);
