/** Small systems of linear equations in float32, as torch.linalg.solve solves them: elimination with the largest pivot. */

const f = Math.fround;

/** x with matrix x = right. @param matrix rows; not modified */
export const solve = (matrix: readonly (readonly number[])[], right: readonly number[]): number[] => {
  const rows = matrix.map((row, i) => [...row, right[i] as number]);
  const count = rows.length;
  for (let pivot = 0; pivot < count; pivot++) {
    let best = pivot;
    for (let i = pivot + 1; i < count; i++) if (Math.abs(rows[i]?.[pivot] as number) > Math.abs(rows[best]?.[pivot] as number)) best = i;
    [rows[pivot], rows[best]] = [rows[best] as number[], rows[pivot] as number[]];
    const top = rows[pivot] as number[];
    for (const row of rows.slice(pivot + 1)) {
      const factor = f((row[pivot] as number) / (top[pivot] as number));
      for (let k = pivot; k <= count; k++) row[k] = f((row[k] as number) - f(factor * (top[k] as number)));
    }
  }
  const x = new Array<number>(count).fill(0);
  for (let i = count - 1; i >= 0; i--) {
    const row = rows[i] as number[];
    let rest = row[count] as number;
    for (let k = i + 1; k < count; k++) rest = f(rest - f((row[k] as number) * (x[k] as number)));
    x[i] = f(rest / (row[i] as number));
  }
  return x;
};
