/** Holds requests, answers and updates to the official Bot API specification, closed: a field it does not name is a mistake. */
import { readFileSync } from 'node:fs';
import { Ajv, type SchemaObject, type ValidateFunction } from 'ajv';
import { visibleText } from './fake-telegram-html.ts';

interface Field {
  readonly name: string;
  readonly types: readonly string[];
  readonly required: boolean;
  readonly description: string;
}
interface Spec {
  readonly version: string;
  readonly methods: Readonly<Record<string, { readonly returns: readonly string[]; readonly fields?: readonly Field[] }>>;
  readonly types: Readonly<Record<string, { readonly fields?: readonly Field[]; readonly subtypes?: readonly string[] }>>;
}

const spec = JSON.parse(readFileSync(new URL('../specs/telegram-bot-api.json', import.meta.url), 'utf8')) as Spec;

/** Words that the specification states in prose only. */
const parseModes = ['HTML', 'Markdown', 'MarkdownV2'];
const chatActions = [
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
];

const typeSchema = (type: string): SchemaObject => {
  const item = /^Array of (.+)$/.exec(type)?.[1];
  if (item) return { type: 'array', items: typeSchema(item) };
  if (type === 'String') return { type: 'string' };
  if (type === 'Integer') return { type: 'integer' };
  if (type === 'Float') return { type: 'number' };
  if (type === 'Boolean') return { type: 'boolean' };
  // Uploaded parts stand in the request as references to themselves.
  if (type === 'InputFile') return { type: 'string', pattern: '^attach://' };
  return { $ref: `bot-api#/definitions/${type}` };
};

const fieldSchema = ({ name, types, description }: Field): SchemaObject => {
  const schemas = types.map(typeSchema);
  const schema: SchemaObject = schemas.length === 1 ? { ...schemas[0] } : { anyOf: schemas };
  if (!types.some((type) => type === 'String')) return schema;
  const [, min, max, unit] = /(\d+)-(\d+) (characters|bytes)/i.exec(description) ?? [];
  if (min && max && unit) schema.textLength = { min: Number(min), max: Number(max), unit: unit.toLowerCase() };
  const fixed = ['type', 'status', 'source'].includes(name) ? /(?:must be|always) [“"]?([a-z0-9_]+)[”"]?$/.exec(description)?.[1] : undefined;
  if (fixed) schema.const = fixed;
  if (name.endsWith('parse_mode')) schema.enum = parseModes;
  if (name === 'style') schema.enum = ['danger', 'success', 'primary'];
  return schema;
};

const objectSchema = (fields: readonly Field[]): SchemaObject => ({
  type: 'object',
  properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])),
  required: fields.filter((field) => field.required).map((field) => field.name),
  additionalProperties: false,
});

const definitions = Object.fromEntries(
  Object.entries(spec.types).map(([name, { fields = [], subtypes }]) => [name, subtypes ? { anyOf: subtypes.map(typeSchema) } : objectSchema(fields)]),
);

interface TextLength {
  readonly min: number;
  readonly max: number;
  readonly unit: 'characters' | 'bytes';
}

const ajv = new Ajv({ strict: false, allErrors: true, verbose: true });
ajv.addKeyword({
  keyword: 'textLength',
  validate: ({ min, max, unit }: TextLength, value: unknown, _schema?: unknown, context?: { parentData: Record<string, unknown> }): boolean => {
    if (typeof value !== 'string') return true;
    const text = context?.parentData.parse_mode === 'HTML' ? (visibleText(value) ?? value) : value;
    const length = unit === 'bytes' ? Buffer.byteLength(text) : text.length;
    return length >= min && length <= max;
  },
});
ajv.addSchema({ $id: 'bot-api', definitions });

const compiled = new Map<string, ValidateFunction>();
const problems = (key: string, schema: () => SchemaObject, value: unknown): string[] => {
  let validate = compiled.get(key);
  if (!validate) {
    validate = ajv.compile(schema());
    compiled.set(key, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => {
    const extra =
      'additionalProperty' in error.params ? ` “${error.params.additionalProperty}”` : error.keyword === 'textLength' ? ` ${JSON.stringify(error.schema)}` : '';
    return `${key}${error.instancePath} ${error.message}${extra}`;
  });
};

const oneOf = (types: readonly string[]): SchemaObject => ({ anyOf: types.map(typeSchema) });

/** Prepares the checks that take longest, so that no test measures them. */
export const warmUp = (): void => {
  checkUpdate({});
  for (const method of ['sendMessage', 'sendVideo', 'editMessageText', 'editMessageMedia', 'getFile', 'getChatMember']) {
    checkRequest(method, {});
    checkResult(method, {});
  }
};

/** The fields a method takes, or null for a method that does not exist. */
export const methodFields = (method: string): readonly Field[] | null => (Object.hasOwn(spec.methods, method) ? (spec.methods[method]?.fields ?? []) : null);

export const checkResult = (method: string, result: unknown): string[] =>
  problems(`${method} answers`, () => oneOf(spec.methods[method]?.returns ?? []), result);
export const checkUpdate = (update: unknown): string[] => problems('update', () => typeSchema('Update'), update);

/** @param params the decoded request, uploaded parts being `attach://<part>` under their names */
export const checkRequest = (method: string, params: Readonly<Record<string, unknown>>, parts: readonly string[] = []): string[] => {
  const fields = methodFields(method);
  if (!fields) return [`${method} is not a method`];
  // Parts that other fields point to are no parameters of their own.
  const own = Object.fromEntries(Object.entries(params).filter(([name]) => fields.some((field) => field.name === name) || !parts.includes(name)));
  return [...problems(method, () => objectSchema(fields), own), ...proseRules(method, own, parts)];
};

/** What the specification says in sentences. */
const proseRules = (method: string, params: Readonly<Record<string, unknown>>, parts: readonly string[]): string[] => {
  const found: string[] = [];
  if (/^editMessage/.test(method) && !('inline_message_id' in params) && !('chat_id' in params && 'message_id' in params))
    found.push(`${method} names no message`);
  if (method === 'sendChatAction' && !chatActions.includes(String(params.action))) found.push(`${method} “${String(params.action)}” is no action`);
  const pointed = new Set<string>();
  const walk = (value: unknown, name: string): void => {
    if (typeof value === 'string') {
      const part = /^attach:\/\/(.+)$/.exec(value)?.[1];
      if (part && !parts.includes(part)) found.push(`${method} ${name} points to a part that was not uploaded`);
      if (part) pointed.add(part);
      if (name === 'thumbnail' && !part) found.push(`${method} ${name} must be uploaded anew`);
    } else if (Array.isArray(value)) for (const item of value) walk(item, name);
    else if (typeof value === 'object' && value !== null) {
      const record = value as Record<string, unknown>;
      checkObject(record);
      for (const [key, inner] of Object.entries(record)) walk(inner, key);
    }
  };
  const checkObject = (record: Record<string, unknown>): void => {
    for (const key of ['caption', 'text']) {
      const html = record[key];
      if (record.parse_mode === 'HTML' && typeof html === 'string' && visibleText(html) === null)
        found.push(`${method} ${key} is not the HTML that Telegram reads`);
    }
    if ('inline_keyboard' in record && Array.isArray(record.inline_keyboard)) {
      for (const button of record.inline_keyboard.flat()) {
        const kinds = Object.keys(button as object).filter((key) => !['text', 'style', 'icon_custom_emoji_id'].includes(key));
        if (kinds.length !== 1) found.push(`${method} a button must do exactly one thing, not ${kinds.length}`);
      }
    }
    if ('command' in record && !/^[a-z0-9_]{1,32}$/.test(String(record.command))) found.push(`${method} “${String(record.command)}” is no command`);
  };
  walk(params, '');
  for (const part of parts) if (!pointed.has(part)) found.push(`${method} the uploaded part ${part} is used by no field`);
  return found;
};
