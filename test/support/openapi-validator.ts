/** Holds requests and answers to Discord's official OpenAPI file, and to the rules its text states but its schemas do not. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>>;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly schema: Schema;
}

interface Spec {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>> & { readonly parameters?: readonly Parameter[] }>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Route {
  readonly path: string;
  readonly method: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

export interface OpenApiValidator {
  /** The operation that a call addresses, or null for a path the specification does not know. */
  route(method: string, pathname: string): Route | null;
  needsBot(route: Route): boolean;
  /** Compiles an operation's schemas now, which takes a while, instead of on its first call. */
  prepare(method: string, path: string): void;
  /** @returns what is wrong with a request; empty when nothing is */
  request(route: Route, body: Json | undefined, query: URLSearchParams): string[];
  /** @returns what is wrong with an answer; empty when nothing is */
  response(route: Route, status: number, body: Json | undefined): string[];
}

const formats: Readonly<Record<string, (value: string) => boolean>> = {
  snowflake: (value) => /^(0|[1-9][0-9]{0,19})$/.test(value),
  nonce: (value) => value.length <= 25,
};

/** @param file the specification, OpenAPI 3.1 */
export const createOpenApiValidator = (file: URL): OpenApiValidator => {
  const spec = JSON.parse(readFileSync(file, 'utf8')) as Spec;
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  const addFormats = addFormatsModule as unknown as (instance: Ajv2020) => void;
  addFormats(ajv);
  for (const [name, validate] of Object.entries(formats)) ajv.addFormat(name, validate);
  ajv.addSchema(spec as unknown as object, 'spec');
  const compiled = new Map<string, ValidateFunction>();

  const resolve = (pointer: string): unknown =>
    pointer
      .split('/')
      .slice(1)
      .reduce<unknown>(
        (node, part) => (node as Record<string, unknown> | undefined)?.[decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')],
        spec,
      );
  const pointerTo = (...parts: readonly (string | number)[]): string =>
    `#/${parts.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
  const validator = (pointer: string): ValidateFunction => {
    const known =
      compiled.get(pointer) ??
      ajv.compile({
        $ref: `spec${pointer
          .split('/')
          .map((part, index) => (index === 0 ? part : encodeURIComponent(part)))
          .join('/')}`,
      });
    compiled.set(pointer, known);
    return known;
  };

  /** The schemas that apply to a value: behind references, all of `allOf`, and the fitting branches of the others. */
  const applying = (pointer: string, value: Json): string[] => {
    const schema = resolve(pointer) as Schema | undefined;
    if (!schema) return [];
    const branches = (key: 'oneOf' | 'anyOf' | 'allOf'): string[] => (schema[key] ?? []).map((_branch, index) => `${pointer}/${key}/${index}`);
    const fitting = [...branches('oneOf'), ...branches('anyOf')].filter((branch) => validator(branch)(value));
    return [pointer, ...[...(schema.$ref ? [schema.$ref] : []), ...branches('allOf'), ...fitting].flatMap((branch) => applying(branch, value))];
  };

  /** Fields no schema names. Most schemas do not forbid them, which would let a misspelled field pass. */
  const unknownFields = (pointer: string, value: Json, at: string): string[] => {
    if (value === null || typeof value !== 'object') return [];
    const schemas = applying(pointer, value).map((at) => ({ at, schema: resolve(at) as Schema }));
    if (Array.isArray(value)) {
      const items = schemas.find(({ schema }) => schema.items)?.at;
      return items ? value.flatMap((item, index) => unknownFields(`${items}/items`, item, `${at}/${index}`)) : [];
    }
    const open = schemas.find(({ schema }) => schema.additionalProperties)?.at;
    return Object.entries(value).flatMap(([name, child]) => {
      const owners = schemas.filter(({ schema }) => schema.properties && name in schema.properties);
      if (child === undefined) return [];
      if (owners.length === 0)
        return open ? unknownFields(`${open}/additionalProperties`, child, `${at}/${name}`) : [`${at}/${name} is not a field of the specification`];
      const complaints = owners.map(({ at: owner }) => unknownFields(`${owner}/${pointerTo('properties', name).slice(2)}`, child, `${at}/${name}`));
      return complaints.find((list) => list.length === 0) ?? (complaints[0] as string[]);
    });
  };

  const check = (pointer: string, value: Json): string[] => {
    const validate = validator(pointer);
    const errors = validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message ?? 'is wrong'}`);
    return [...new Set([...errors, ...unknownFields(pointer, value, '')])];
  };

  const requestSchema = ({ path, method }: Route): string => pointerTo('paths', path, method, 'requestBody', 'content', 'application/json', 'schema');
  const operation = ({ path, method }: Route): Operation => spec.paths[path]?.[method] as Operation;
  const parameters = (route: Route): { at: string; parameter: Parameter }[] => [
    ...(spec.paths[route.path]?.parameters ?? []).map((parameter, index) => ({ at: pointerTo('paths', route.path, 'parameters', index, 'schema'), parameter })),
    ...(operation(route).parameters ?? []).map((parameter, index) => ({
      at: pointerTo('paths', route.path, route.method, 'parameters', index, 'schema'),
      parameter,
    })),
  ];
  const templates = Object.keys(spec.paths).map((path) => ({
    path,
    names: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string),
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`),
  }));

  return {
    route(method, pathname) {
      const literalFirst = [...templates].sort((a, b) => a.names.length - b.names.length);
      for (const { path, names, pattern } of literalFirst) {
        const match = pattern.exec(decodeURIComponent(pathname));
        if (match && spec.paths[path]?.[method.toLowerCase()]) {
          return { path, method: method.toLowerCase(), pathParameters: Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? ''])) };
        }
      }
      return null;
    },
    prepare(method, path) {
      const route = { method, path, pathParameters: {} };
      const { requestBody, responses } = operation(route);
      if (requestBody) check(requestSchema(route), {});
      const success = Object.entries(responses).find(([status, { content }]) => status.startsWith('2') && content);
      if (success) check(pointerTo('paths', path, method, 'responses', success[0], 'content', 'application/json', 'schema'), {});
    },
    needsBot: (route) => !(operation(route).security ?? []).some((way) => Object.keys(way).length === 0),
    request(route, body, query) {
      const problems: string[] = [];
      for (const { at, parameter } of parameters(route)) {
        const raw = parameter.in === 'path' ? route.pathParameters[parameter.name] : query.get(parameter.name);
        if (raw === null || raw === undefined) continue;
        // ids are numbers to look at and strings to the specification, so that both readings count
        const readings: Json[] = [raw === 'true' ? true : raw === 'false' ? false : raw, ...(/^\d{1,9}$/.test(raw) ? [Number(raw)] : [])];
        const complaints = readings.map((value) => check(at, value));
        if (complaints.every((list) => list.length > 0)) problems.push(...(complaints[0] ?? []).map((text) => `${parameter.in} ${parameter.name}${text}`));
      }
      const known = new Set(parameters(route).map(({ parameter }) => parameter.name));
      problems.push(...[...query.keys()].filter((name) => !known.has(name)).map((name) => `query ${name} is not in the specification`));
      if (operation(route).requestBody?.content['application/json']) {
        if (body === undefined) problems.push('body is missing');
        else problems.push(...check(requestSchema(route), body));
      } else if (body !== undefined) problems.push('a body where none belongs');
      return problems;
    },
    response(route, status, body) {
      const { responses } = operation(route);
      const key = [String(status), `${Math.floor(status / 100)}XX`].find((candidate) => candidate in responses);
      if (!key) return [`status ${status} is not in the specification`];
      const response = responses[key];
      const pointer = response?.$ref ?? pointerTo('paths', route.path, route.method, 'responses', key);
      const { content } = resolve(pointer) as { content?: unknown };
      if (!content) return body === undefined ? [] : ['a body where none belongs'];
      return check(`${pointer}/content/application~1json/schema`, body ?? null);
    },
  };
};
