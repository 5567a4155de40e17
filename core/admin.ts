/** Use case: a moderator looks at or changes the rules of one place. Rights are asked of the platform on every call. */
import type { Deps } from './deps.ts';
import { AppError } from './errors.ts';
import { CREDIT_MS, creditsText } from './ledger.ts';
import { dailyLimit, formatUtc } from './policy.ts';
import { ledgerText, quotaLine } from './quota.ts';
import { changeSetting, type Settings, settingSpecs } from './settings.ts';

export type AdminCommand =
  | { readonly kind: 'settings-show' }
  | { readonly kind: 'settings-set'; readonly setting: string; readonly value: string }
  | { readonly kind: 'quota-show'; readonly target: Target; readonly why?: boolean }
  | { readonly kind: 'quota-grant'; readonly target: Target; readonly clips: number; readonly reason: string }
  | { readonly kind: 'quota-reset'; readonly target: Target }
  | { readonly kind: 'ban'; readonly target: Target; readonly duration: string; readonly reason: string }
  | { readonly kind: 'unban'; readonly target: Target }
  | { readonly kind: 'audit' };

export interface Target {
  readonly user: string;
  readonly name: string;
  /** Ids of their roles, where the platform tells. */
  readonly roles?: readonly string[];
}

export interface AdminCall {
  readonly place: string;
  readonly actor: string;
  readonly command: AdminCommand;
  /** Asks the platform now, every time; never a cached answer. */
  readonly isModerator: () => Promise<boolean>;
  /** The platform's name of the right, for the refusal: `Manage Server`, `administrator`. */
  readonly right: string;
}

/**
 * @returns what the moderator reads, plain text
 * @throws RefusedError NOT_A_MODERATOR; InputError SETTING_UNKNOWN, SETTING_VALUE, DURATION_INVALID, OPTION_OUT_OF_RANGE
 */
export const admin = async (call: AdminCall, deps: Deps): Promise<string> => {
  if (!(await call.isModerator())) throw new AppError('NOT_A_MODERATOR', { right: call.right });
  const { command, place, actor } = call;
  const { places, ledger } = deps.store;
  switch (command.kind) {
    case 'settings-show': {
      const settings = await places.settings(place);
      return ['Settings of this place:', ...settingSpecs.map((spec) => `• ${spec.name}: ${spec.show(settings)} — ${spec.description}`)].join('\n');
    }
    case 'settings-set': {
      const { setting, value } = command;
      const change = (current: Settings): Settings => {
        const changed = changeSetting(current, setting, value, deps.manifests);
        checkClips('daily_quota', changed.dailyQuota ?? 0, 0, deps.quotaPlaceMax);
        checkClips('daily_pool', changed.dailyPool ?? 0, 0, deps.quotaPlaceMax);
        return changed;
      };
      const settings = await places.changeSettings(place, change, {
        actor,
        action: 'settings-set',
        target: setting,
        detail: value.slice(0, 200),
      });
      const spec = settingSpecs.find((s) => s.name === setting.toLowerCase());
      return `${setting.toLowerCase()} is now ${spec?.show(settings) ?? value}. It applies from the next request.`;
    }
    case 'quota-show':
    case 'quota-grant':
    case 'quota-reset': {
      const { target } = command;
      const limit = dailyLimit(await places.settings(place), deps.quotaDaily, deps.quotaPlaceMax, target.roles);
      if (command.kind === 'quota-grant') {
        checkClips('clips', command.clips, 1, deps.quotaPlaceMax);
        await ledger.grant({ user: target.user, place, clips: command.clips, actor, reason: command.reason });
      }
      if (command.kind === 'quota-reset') await ledger.resetDay({ user: target.user, place, actor, limit });
      const balance = await ledger.balance(target.user, place, limit);
      const done =
        command.kind === 'quota-grant'
          ? `Granted ${creditsText(command.clips * CREDIT_MS)}. `
          : command.kind === 'quota-reset'
            ? 'Today’s use was reset. '
            : '';
      const line = `${done}${target.name}: ${quotaLine(balance, deps.clock.nowMs())}`;
      // What somebody does in other places is no moderator's business.
      return command.kind === 'quota-show' && command.why ? `${line}\n${ledgerText(await ledger.entries(target.user, place, 15), balance.zone)}` : line;
    }
    case 'ban': {
      const untilMs = parseDuration(command.duration, deps.clock.nowMs());
      await places.ban({ user: command.target.user, place, reason: command.reason, untilMs, actor });
      return `${command.target.name} cannot use Stillmotion here ${untilMs === null ? 'any more' : `until ${formatUtc(untilMs)}`}.`;
    }
    case 'unban':
      return (await places.unban(place, command.target.user, actor))
        ? `${command.target.name} may use Stillmotion here again.`
        : `${command.target.name} was not banned here.`;
    case 'audit': {
      const entries = await places.audit(place, 15);
      if (entries.length === 0) return 'No moderator has changed anything here yet.';
      return entries.map((e) => `${formatUtc(e.atMs)} ${e.actor} ${e.action} ${e.target} ${e.detail}`.trim()).join('\n');
    }
  }
};

/** Anybody can open a server and moderate it; the operator bounds what that is worth. @throws InputError OPTION_OUT_OF_RANGE */
const checkClips = (field: string, clips: number, min: number, max: number): void => {
  if (!Number.isInteger(clips) || clips < min || clips > max) throw new AppError('OPTION_OUT_OF_RANGE', { field, min, max, got: String(clips) });
};

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * `30m`, `12h`, `7d`, `2w`, `forever` → the end of that time, or null for ever.
 * @throws InputError DURATION_INVALID
 */
export const parseDuration = (text: string, nowMs: number): number | null => {
  const word = text.trim().toLowerCase();
  if (word === '' || word === 'forever' || word === 'permanent') return null;
  const match = /^(\d{1,4})\s*(m|h|d|w)$/.exec(word);
  const amount = Number(match?.[1]);
  const unit = unitMs[match?.[2] ?? ''];
  if (!unit || !(amount > 0)) throw new AppError('DURATION_INVALID', { got: text.slice(0, 30) });
  return nowMs + amount * unit;
};
