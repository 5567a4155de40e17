/** Reading a scheduler's configuration: typed values with diffusers' defaults, and refusals in words. */
import { AppError } from '../../core/errors.ts';
import type { SchedulerConfig } from './scheduler.ts';

/** What a configuration asks for and this code does not have; `problem` is read by the operator. */
export const unsupported = (config: SchedulerConfig, problem: string): AppError =>
  new AppError('SCHEDULER_UNSUPPORTED', { scheduler: String(config._class_name).slice(0, 60), problem });

const show = (value: unknown): string => String(JSON.stringify(value)).slice(0, 60);

/** A finite number. @throws EngineError SCHEDULER_UNSUPPORTED */
export const numberOption = (config: SchedulerConfig, key: string, fallback: number): number => {
  const value = config[key] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw unsupported(config, `${key} must be a number, not ${show(value)}`);
  return value;
};

/** A number, or undefined where the configuration says null or nothing. @throws EngineError SCHEDULER_UNSUPPORTED */
export const maybeNumber = (config: SchedulerConfig, key: string): number | undefined =>
  config[key] === undefined || config[key] === null ? undefined : numberOption(config, key, 0);

/** A whole number of at least `min` and at most `max`. @throws EngineError SCHEDULER_UNSUPPORTED */
export const countOption = (config: SchedulerConfig, key: string, fallback: number, { min, max }: { min: number; max: number }): number => {
  const value = numberOption(config, key, fallback);
  if (!Number.isInteger(value) || value < min || value > max)
    throw unsupported(config, `${key} must be a whole number from ${min} to ${max}, not ${show(value)}`);
  return value;
};

/** True or false; null counts as false, as in Python. @throws EngineError SCHEDULER_UNSUPPORTED */
export const flagOption = (config: SchedulerConfig, key: string, fallback: boolean): boolean => {
  const value = config[key] === undefined ? fallback : (config[key] ?? false);
  if (typeof value !== 'boolean') throw unsupported(config, `${key} must be true or false, not ${show(value)}`);
  return value;
};

/** One of the words given. @throws EngineError SCHEDULER_UNSUPPORTED */
export const choiceOption = <Choice extends string>(config: SchedulerConfig, key: string, fallback: Choice, choices: readonly Choice[]): Choice => {
  const value = config[key] ?? fallback;
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw unsupported(config, `${key} can be ${choices.join(', ')} here, not ${show(value)}`);
  return found;
};

/** Refuses options that are switched on and that this code would have to ignore. @throws EngineError SCHEDULER_UNSUPPORTED */
export const refuse = (config: SchedulerConfig, ...keys: readonly string[]): void => {
  for (const key of keys) {
    const value = config[key];
    if (value !== undefined && value !== null && value !== false) throw unsupported(config, `${key} is not supported`);
  }
};

/**
 * How many steps a clip takes.
 * @throws InputError OPTION_OUT_OF_RANGE outside 1..max
 */
export const checkSteps = (steps: number, max: number): number => {
  if (!Number.isInteger(steps) || steps < 1 || steps > max) throw new AppError('OPTION_OUT_OF_RANGE', { field: 'steps', min: 1, max, got: steps });
  return steps;
};

/** JSON as Python writes it: the bare words Infinity and NaN that it adds become null. @throws SyntaxError */
export const parsePythonJson = (text: string): unknown =>
  JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (found) => (found.startsWith('"') ? found : 'null')));

/**
 * A scheduler_config.json as diffusers writes it; what is null there means the default.
 * @throws SyntaxError when it is no such text, or no object with a class name
 */
export const parseSchedulerConfig = (text: string): SchedulerConfig => {
  const config = parsePythonJson(text);
  if (typeof config !== 'object' || config === null || !('_class_name' in config) || typeof config._class_name !== 'string') {
    throw new SyntaxError('no scheduler is named by _class_name');
  }
  return config as SchedulerConfig;
};
