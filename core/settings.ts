/** The settings a moderator may change for one place, as data: names, defaults, parsing and bounds. */
import type { EngineManifest } from './engine.ts';
import { AppError } from './errors.ts';

export interface Settings {
  readonly enabled: boolean;
  /** Engine id used when none is asked for; null = the program's default. */
  readonly defaultEngine: string | null;
  readonly maxSeconds: number | null;
  /** Clips per person and day in this place; null = the operator's QUOTA_DAILY. */
  readonly dailyQuota: number | null;
  /** Rooms (Discord channel ids, Telegram topic ids) where it may be used; empty = everywhere. */
  readonly rooms: readonly string[];
}

export const defaultSettings: Settings = { enabled: true, defaultEngine: null, maxSeconds: null, dailyQuota: null, rooms: [] };

export interface SettingSpec {
  readonly name: string;
  readonly key: keyof Settings;
  readonly description: string;
  readonly expected: string;
  /** @returns the stored value, or undefined when the text is not a legal value */
  readonly parse: (text: string, manifests: readonly EngineManifest[]) => Settings[keyof Settings] | undefined;
  readonly show: (settings: Settings) => string;
}

const isReset = (text: string): boolean => /^(default|none|off|any|everywhere|-)$/i.test(text);
const wholeNumber = (text: string, min: number, max: number): number | undefined => {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
};

export const settingSpecs: readonly SettingSpec[] = [
  {
    name: 'enabled',
    key: 'enabled',
    description: 'Switch Stillmotion on or off here',
    expected: 'Write on or off.',
    parse: (text) => (/^(on|true|yes|1)$/i.test(text) ? true : /^(off|false|no|0)$/i.test(text) ? false : undefined),
    show: (s) => (s.enabled ? 'on' : 'off'),
  },
  {
    name: 'default_engine',
    key: 'defaultEngine',
    description: 'The engine used when nobody names one',
    expected: 'Write the name of an engine, or default.',
    parse: (text, manifests) => (isReset(text) ? null : manifests.find((m) => m.id === text.toLowerCase())?.id),
    show: (s) => s.defaultEngine ?? 'default',
  },
  {
    name: 'max_seconds',
    key: 'maxSeconds',
    description: 'The longest clip, in seconds',
    expected: 'Write a whole number of seconds from 1 to 60, or default.',
    parse: (text) => (isReset(text) ? null : wholeNumber(text, 1, 60)),
    show: (s) => (s.maxSeconds === null ? 'default' : `${s.maxSeconds} s`),
  },
  {
    name: 'daily_quota',
    key: 'dailyQuota',
    description: 'Clips per person and day',
    expected: 'Write a whole number from 0 to 1000, or default.',
    parse: (text) => (isReset(text) ? null : wholeNumber(text, 0, 1000)),
    show: (s) => (s.dailyQuota === null ? 'default' : String(s.dailyQuota)),
  },
  {
    name: 'channels',
    key: 'rooms',
    description: 'Channels (or topics) where it may be used',
    expected: 'List channels (or topic numbers) separated by spaces, or write everywhere.',
    parse: (text) => {
      if (isReset(text)) return [];
      const rooms = text
        .split(/[\s,]+/)
        .filter(Boolean)
        .map((word) => /^(?:<#)?(\d{1,20})>?$/.exec(word)?.[1]);
      return rooms.length > 0 && rooms.length <= 50 && rooms.every((room) => room !== undefined) ? (rooms as string[]) : undefined;
    },
    show: (s) => (s.rooms.length === 0 ? 'everywhere' : s.rooms.join(' ')),
  },
];

/**
 * One changed setting.
 * @throws InputError SETTING_UNKNOWN, SETTING_VALUE
 */
export const changeSetting = (settings: Settings, name: string, text: string, manifests: readonly EngineManifest[]): Settings => {
  const spec = settingSpecs.find((s) => s.name === name.toLowerCase());
  if (!spec) throw new AppError('SETTING_UNKNOWN', { setting: name.slice(0, 40), allowed: settingSpecs.map((s) => s.name).join(', ') });
  const value = spec.parse(text.trim(), manifests);
  if (value === undefined) throw new AppError('SETTING_VALUE', { setting: spec.name, got: text.slice(0, 60), expected: spec.expected });
  return { ...settings, [spec.key]: value };
};
