/** Rules of Discord that its specification does not put into schemas, as checks on one request. */
import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from './fake-discord-payloads.ts';
import type { Json, Route } from './openapi-validator.ts';

/** One request as it came in; the JSON part of a multipart body is in `body`. */
export interface FakeRequest {
  readonly route: Route;
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  readonly body: Json | undefined;
  /** On the machine's own clock. */
  readonly arrivedAtMs: number;
  /** Uploaded files by part name, for example `files[0]`. */
  readonly files: ReadonlyMap<string, { readonly name: string; readonly type: string; readonly bytes: Uint8Array }>;
}

const MAX_CONTENT_CHARACTERS = 2000;
const MAX_EMBED_CHARACTERS = 6000;
const MAX_FILES = 10;
const MAX_COMMAND_CHARACTERS = 8000;

/** @returns what is wrong; empty when nothing is */
export const brokenRules = (request: FakeRequest, needsBot: boolean, token: string): string[] => {
  const { headers, files, body, route } = request;
  const problems: string[] = [];
  if (!/^DiscordBot \(/.test(headers['user-agent'] ?? '')) problems.push('User-Agent is not that of a Discord bot');
  if (needsBot && headers.authorization !== `Bot ${token}`) problems.push('Authorization is missing');
  if (!needsBot && headers.authorization !== undefined) problems.push('Authorization on a route that carries its own token');
  if (route.path.endsWith('/commands') && Array.isArray(body)) problems.push(...body.flatMap(brokenCommand));
  const message = messagePart(body);
  if (message) problems.push(...brokenMessage(message, files));
  else if (files.size > 0) problems.push('files without a message');
  return problems;
};

/** The message in a body: itself, or the data of an interaction's answer. */
const messagePart = (body: Json | undefined): JsonObject | null => {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return null;
  const data = 'type' in body && 'data' in body ? body.data : body;
  return data !== null && typeof data === 'object' && !Array.isArray(data) ? data : null;
};

const brokenMessage = (message: JsonObject, files: FakeRequest['files']): string[] => {
  const problems: string[] = [];
  const { content, attachments, embeds } = message;
  if (typeof content === 'string' && [...content].length > MAX_CONTENT_CHARACTERS) problems.push(`content has more than ${MAX_CONTENT_CHARACTERS} characters`);
  if (files.size > MAX_FILES) problems.push(`more than ${MAX_FILES} files`);
  const listed = Array.isArray(attachments) ? attachments.map((attachment) => String((attachment as JsonObject).id)) : [];
  // Small numbers name a part of this request, snowflakes a file that is there already.
  for (const id of listed.filter((id) => id.length < 3)) if (!files.has(`files[${id}]`)) problems.push(`attachment ${id} has no part files[${id}]`);
  for (const name of files.keys()) {
    const id = /^files\[(\d+)\]$/.exec(name)?.[1];
    if (id === undefined) problems.push(`part ${name} is not called files[n]`);
    else if (Array.isArray(attachments) && !listed.includes(id)) problems.push(`part ${name} is not listed in attachments`);
  }
  if (embedCharacters(embeds ?? null) > MAX_EMBED_CHARACTERS) problems.push(`embeds have more than ${MAX_EMBED_CHARACTERS} characters`);
  const ids = customIds(message.components ?? null);
  if (new Set(ids).size < ids.length) problems.push('a custom_id is there twice');
  return problems;
};

const embedCharacters = (embeds: Json): number => {
  if (typeof embeds === 'string') return embeds.length;
  if (embeds === null || typeof embeds !== 'object') return 0;
  return Object.entries(embeds)
    .filter(([key]) => Array.isArray(embeds) || ['title', 'description', 'fields', 'footer', 'author', 'name', 'value', 'text'].includes(key))
    .reduce((sum, [, value]) => sum + embedCharacters(value ?? null), 0);
};

const customIds = (value: Json): string[] => {
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap(customIds);
  return [...(typeof value.custom_id === 'string' ? [value.custom_id] : []), ...Object.values(value).flatMap((child) => customIds(child ?? null))];
};

/** Names, the order of required options, and the budget of a whole command. */
const brokenCommand = (command: Json): string[] => {
  if (command === null || typeof command !== 'object' || Array.isArray(command)) return [];
  const problems: string[] = [];
  const { name, options, type } = command;
  const isChat = type === undefined || typeof type !== 'number' || type === 1;
  if (isChat && !/^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u.test(String(name))) problems.push(`name ${String(name)} is not allowed`);
  if (isChat && String(name) !== String(name).toLowerCase()) problems.push(`name ${String(name)} is not in lower case`);
  const list = (Array.isArray(options) ? options : []) as JsonObject[];
  const firstOptional = list.findIndex((option) => option.required !== true);
  if (firstOptional >= 0 && list.slice(firstOptional).some((option) => option.required === true))
    problems.push(`${String(name)}: a required option after an optional one`);
  if (list.some((option) => option.autocomplete === true && option.choices !== undefined)) problems.push(`${String(name)}: autocomplete and choices together`);
  if (characters(command) > MAX_COMMAND_CHARACTERS) problems.push(`${String(name)}: more than ${MAX_COMMAND_CHARACTERS} characters in all`);
  return [...problems, ...list.flatMap((option) => brokenCommand({ ...option, type: 1 }))];
};

const characters = (value: Json | undefined): number => {
  if (value === null || typeof value !== 'object') return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + characters(item), 0);
  return Object.entries(value).reduce(
    (sum, [key, child]) => sum + (typeof child === 'string' && ['name', 'description', 'value'].includes(key) ? child.length : characters(child)),
    0,
  );
};
