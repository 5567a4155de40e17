/** The settings a moderator may change for one place, as data: names, defaults, parsing and bounds. */
import { timeZoneOf } from './clock.ts';
import type { EngineManifest } from './engine.ts';
import { AppError } from './errors.ts';
import { type QueuePolicy, queuePolicies } from './fairness.ts';

export interface Settings {
  readonly enabled: boolean;
  /** Engine id used when none is asked for; null = the program's default. */
  readonly defaultEngine: string | null;
  readonly maxSeconds: number | null;
  /** Clips per person and day in this place; null = the operator's QUOTA_DAILY. */
  readonly dailyQuota: number | null;
  /** Rooms (Discord channel ids, Telegram topic ids) where it may be used; empty = everywhere. */
  readonly rooms: readonly string[];
  /** IANA name of the time zone whose midnight starts a new allowance. */
  readonly timezone: string;
  /** Credits a day that everybody here may use together when their own are used up; null = none. */
  readonly dailyPool: number | null;
  /** Role id → how many times the usual allowance its members have; of several roles the largest counts. */
  readonly roles: Readonly<Record<string, number>>;
  /** Who is next among the people of this place. */
  readonly queuePolicy: QueuePolicy;
  /** Clips of one person that may wait here; null = the operator's bound. */
  readonly maxWaiting: number | null;
  /** Clips that may wait here altogether; null = the operator's bound. */
  readonly maxWaitingTotal: number | null;
}

export const defaultSettings: Settings = {
  enabled: true,
  defaultEngine: null,
  maxSeconds: null,
  dailyQuota: null,
  rooms: [],
  timezone: 'UTC',
  dailyPool: null,
  roles: {},
  queuePolicy: 'fair',
  maxWaiting: null,
  maxWaitingTotal: null,
};

export interface SettingSpec {
  readonly name: string;
  readonly key: keyof Settings;
  readonly description: string;
  readonly expected: string;
  /** @returns the stored value, or undefined when the text is not a legal value */
  readonly parse: (text: string, manifests: readonly EngineManifest[]) => Settings[keyof Settings] | undefined;
  readonly show: (settings: Settings) => string;
}

/** More would let one role's members crowd out everybody else. */
const MAX_MULTIPLE = 100;

/** `123=2 <@&456>=0.5` → role id → multiple; undefined when a part cannot be read */
const parseRoles = (text: string): Record<string, number> | undefined => {
  const roles: Record<string, number> = {};
  const words = text.split(/[\s,]+/).filter(Boolean);
  for (const word of words) {
    const [, role = '', multiple = ''] = /^(?:<@&)?(\d{1,20})>?=x?(\d{1,3}(?:\.\d{1,2})?)$/i.exec(word) ?? [];
    if (role === '' || !(Number(multiple) <= MAX_MULTIPLE)) return undefined;
    roles[role] = Number(multiple);
  }
  return words.length > 0 && words.length <= 25 ? roles : undefined;
};

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
    description: 'Credits per person and day; a usual clip costs one',
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
  {
    name: 'timezone',
    key: 'timezone',
    description: 'The time zone whose midnight starts a new day’s allowance',
    expected: 'Write a time zone such as Europe/Berlin, America/New_York or UTC.',
    parse: (text) => (isReset(text) ? 'UTC' : (timeZoneOf(text) ?? undefined)),
    show: (s) => s.timezone,
  },
  {
    name: 'daily_pool',
    key: 'dailyPool',
    description: 'Credits a day for everybody here together, used when somebody’s own are used up',
    expected: 'Write a whole number from 0 to 100000, or default.',
    parse: (text) => (isReset(text) ? null : wholeNumber(text, 0, 100_000)),
    show: (s) => (s.dailyPool === null ? 'default' : String(s.dailyPool)),
  },
  {
    name: 'roles',
    key: 'roles',
    description: 'Roles with a larger (or smaller) allowance, as a multiple',
    expected: 'Write role=multiple pairs separated by spaces, for example @Patrons=2 (up to 100), or default.',
    parse: (text) => (isReset(text) ? {} : parseRoles(text)),
    show: (s) =>
      Object.entries(s.roles)
        .map(([role, multiple]) => `${role}=${multiple}`)
        .join(' ') || 'default',
  },
  {
    name: 'queue_policy',
    key: 'queuePolicy',
    description: 'Who is next: people in turns, the oldest request, or larger roles more often',
    expected: `Write ${queuePolicies.join(', ')} or default.`,
    parse: (text) => (isReset(text) ? 'fair' : queuePolicies.find((policy) => policy === text.toLowerCase().replace(/[ _]/g, '-'))),
    show: (s) => s.queuePolicy,
  },
  {
    name: 'max_waiting',
    key: 'maxWaiting',
    description: 'Clips of one person that may wait here',
    expected: 'Write a whole number from 1 to 1000, or default.',
    parse: (text) => (isReset(text) ? null : wholeNumber(text, 1, 1000)),
    show: (s) => (s.maxWaiting === null ? 'default' : String(s.maxWaiting)),
  },
  {
    name: 'max_waiting_total',
    key: 'maxWaitingTotal',
    description: 'Clips that may wait here altogether',
    expected: 'Write a whole number from 1 to 100000, or default.',
    parse: (text) => (isReset(text) ? null : wholeNumber(text, 1, 100_000)),
    show: (s) => (s.maxWaitingTotal === null ? 'default' : String(s.maxWaitingTotal)),
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
