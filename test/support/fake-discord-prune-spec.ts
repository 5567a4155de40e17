/** Cuts Discord's OpenAPI file down to the routes Stillmotion may call: `npx tsx test/support/fake-discord-prune-spec.ts <full.json>`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const routes = [
  '/gateway/bot',
  '/users/@me',
  '/users/@me/channels',
  '/applications/@me',
  '/applications/{application_id}/commands',
  '/interactions/{interaction_id}/{interaction_token}/callback',
  '/webhooks/{webhook_id}/{webhook_token}',
  '/webhooks/{webhook_id}/{webhook_token}/messages/@original',
  '/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}',
  '/channels/{channel_id}/messages',
  '/channels/{channel_id}/messages/{message_id}',
];

type Spec = { paths: Record<string, unknown>; components: Record<string, Record<string, unknown>> };

const full = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Spec;
const paths = Object.fromEntries(routes.map((route) => [route, full.paths[route]]));
const components: Spec['components'] = {};

/** Copies every component that a value points to, and what those point to. */
const keep = (value: unknown): void => {
  for (const [, kind = '', name = ''] of JSON.stringify(value).matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)) {
    components[kind] ??= {};
    if (name in components[kind]) continue;
    components[kind][name] = full.components[kind]?.[name];
    keep(components[kind][name]);
  }
};
keep(paths);
components.securitySchemes = full.components.securitySchemes ?? {};
writeFileSync(fileURLToPath(new URL('../specs/discord-openapi.json', import.meta.url)), `${JSON.stringify({ ...full, paths, components }, null, 1)}\n`);
