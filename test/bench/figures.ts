/** How measurements are put: quantiles, the load of the machine, and what a piece of work cost in processor time. */
import { availableParallelism, loadavg } from 'node:os';

export const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The smallest value that at least the share `q` of all values does not exceed; NaN of none. */
export const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
};

/** `p50 1.23 ms, p99 4.56 ms, most 7.89 ms` */
export const figures = (values: readonly number[], digits = 2): string =>
  `p50 ${quantile(values, 0.5).toFixed(digits)} ms, p99 ${quantile(values, 0.99).toFixed(digits)} ms, most ${Math.max(...values).toFixed(digits)} ms`;

/** `load 1.2 0.8 0.5 on 2 cores`, over 1, 5 and 15 minutes. */
export const load = (): string =>
  `load ${loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')} on ${availableParallelism()} cores`;

/** Processor time of this process so far, all threads, user and system. */
export const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
