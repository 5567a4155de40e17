/** Where things happen in the fake Discord: guilds, channels, members with their rights. */
import { guildJson, type JsonObject, snowflake, userJson } from './fake-discord-payloads.ts';
import { authorJson } from './fake-discord-rest.ts';
import type { FakeChannel, FakeState } from './fake-discord-state.ts';

/** All permissions, as a decimal string. */
export const ALL_PERMISSIONS = String((1n << 50n) - 1n);
/** View channels, send messages, attach files, use commands: what everybody has. */
const MEMBER_PERMISSIONS = String((1n << 10n) | (1n << 11n) | (1n << 15n) | (1n << 31n));

/** Who does something, and where; by default an ordinary member in guild 1. */
export interface Where {
  /** Null = a direct message to the bot. */
  readonly guildId?: string | null;
  readonly channelId?: string;
  readonly userId?: string;
  readonly permissions?: string;
  /** Role ids of the member. */
  readonly roles?: readonly string[];
  readonly appPermissions?: string;
  readonly attachmentSizeLimit?: number;
}

const channelJson = ({ id, guildId, parentId, type }: FakeChannel, permissions = ALL_PERMISSIONS): JsonObject => ({
  id,
  type,
  flags: 0,
  ...(guildId === null ? { recipients: [] } : { guild_id: guildId, name: `channel${id}`, position: 0, permission_overwrites: [], permissions }),
  ...(parentId === null
    ? {}
    : {
        parent_id: parentId,
        owner_id: '555',
        thread_metadata: { archived: false, auto_archive_duration: 60, archive_timestamp: new Date(0).toISOString(), locked: false },
      }),
});

/** What READY says, and the guilds that follow it. A thread nobody told the bot about is one it learns of from an interaction. */
export const readyData = (state: FakeState): { data: JsonObject; guilds: readonly JsonObject[] } => {
  const guildIds = [...new Set([...state.channels.values()].flatMap(({ guildId }) => guildId ?? []))];
  const channelsOf = (guildId: string) => [...state.channels.values()].filter((c) => c.guildId === guildId && c.type !== 11).map((c) => channelJson(c));
  return {
    data: {
      v: 10,
      user: { ...authorJson(state), verified: true, mfa_enabled: false },
      guilds: guildIds.map((id) => ({ id, unavailable: true })),
      session_id: snowflake(),
      application: { id: state.botId, flags: 0 },
      shard: [0, 1],
    },
    guilds: guildIds.map((id) => guildJson(id, channelsOf(id))),
  };
};

/** The part of an interaction that says where it comes from. */
export const placeJson = (state: FakeState, channelId: string, guildId: string | null, userId: string, where: Where): JsonObject => {
  const channel = state.channels.get(channelId);
  const user = userJson(userId, `user${userId}`);
  return {
    channel_id: channelId,
    channel: channel ? channelJson(channel) : null,
    app_permissions: where.appPermissions ?? ALL_PERMISSIONS,
    locale: 'en-US',
    entitlements: [],
    attachment_size_limit: where.attachmentSizeLimit ?? 10 * 1024 * 1024,
    authorizing_integration_owners: { '0': guildId ?? '0' },
    context: guildId === null ? 1 : 0,
    ...(guildId === null
      ? { user }
      : {
          guild_id: guildId,
          guild: { id: guildId, locale: 'en-US', features: [] },
          guild_locale: 'en-US',
          member: {
            user,
            roles: [...(where.roles ?? [])],
            nick: null,
            avatar: null,
            joined_at: new Date(0).toISOString(),
            deaf: false,
            mute: false,
            flags: 0,
            permissions: where.permissions ?? MEMBER_PERMISSIONS,
          },
        }),
  };
};
