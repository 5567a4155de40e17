/** The OpenAPI 3.1 document of the API, its options and bounds drawn from the engines' manifests. */
import { z } from 'zod';
import { clipOptions, expertOptions, type OptionSpec } from '../../core/commands.ts';
import type { EngineManifest } from '../../core/engine.ts';
import { schemas } from './views.ts';

type Json = { readonly [key: string]: unknown };

const ref = (id: string): Json => ({ $ref: `#/components/schemas/${id}` });
const content = (type: string, schema: Json): Json => ({ [type]: { schema } });
const json = (description: string, id: string): Json => ({ description, content: content('application/json', ref(id)) });
const text = (description: string, type: string): Json => ({ description, content: content(type, { type: 'string' }) });
const empty = (description: string): Json => ({ description });
const file = (description: string, ...types: string[]): Json => ({
  description,
  content: Object.assign({}, ...types.map((type) => content(type, { type: 'string', format: 'binary' }))),
});

const problemText: Readonly<Record<number, string>> = {
  400: 'The request cannot be understood',
  401: 'A bearer token is required',
  403: 'The rules of this place, or another web page asked',
  404: 'No such clip',
  409: 'Not in this state',
  413: 'The photo is too large',
  415: 'Not a photo that can be read',
  422: 'The photo, the words or an option cannot be used; the message says what to change',
  429: 'Today’s clips are used up; see Retry-After',
  500: 'Something broke here; nothing was charged',
  502: 'The photo could not be fetched',
  504: 'Fetching the photo took too long',
};
const problems = (...statuses: number[]): Json => Object.fromEntries(statuses.map((status) => [status, json(problemText[status] ?? 'Problem', 'Problem')]));

const optionSchema = (spec: OptionSpec): Json => {
  const { description } = spec;
  if (spec.kind === 'flag') return { type: 'boolean', description };
  if (spec.kind === 'text') return { type: 'string', maxLength: spec.maxCharacters, description };
  if (spec.kind === 'choice') return { type: 'string', enum: spec.choices.map((choice) => choice.value), description };
  return { type: spec.kind, minimum: spec.min, maximum: spec.max, description, ...(spec.default === undefined ? {} : { default: spec.default }) };
};

const jobRequest = (manifests: readonly EngineManifest[], photo: Json): Json => ({
  type: 'object',
  properties: {
    prompt: { type: 'string', description: 'What should move or, without a photo, be seen, in a few words' },
    ...photo,
    photo_of: { type: 'string', description: 'Instead of a photo: the id of an earlier job whose photo is used again. Neither: a clip from words alone' },
    ...Object.fromEntries([...clipOptions(manifests), ...expertOptions(manifests)].map((spec) => [spec.name, optionSchema(spec)])),
  },
});

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const idempotency = {
  name: 'Idempotency-Key',
  in: 'header',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
  description: 'Repeating a request with the same key never makes a second clip',
};

const submitProblems = problems(400, 401, 403, 404, 413, 415, 422, 429, 500, 502, 504);

const paths = (manifests: readonly EngineManifest[]): Json => ({
  '/v1/jobs': {
    post: {
      summary: 'Ask for a clip from a photo and words, or from words alone where an engine can do that',
      parameters: [idempotency],
      requestBody: {
        required: true,
        content: {
          ...content(
            'multipart/form-data',
            jobRequest(manifests, {
              image: { type: 'string', format: 'binary', description: 'JPEG, PNG, WebP, AVIF or GIF; left out for a clip from words alone' },
            }),
          ),
          ...content(
            'application/json',
            jobRequest(manifests, {
              image_url: { type: 'string', format: 'uri', description: 'A link to the photo on an allowed host; `image` means the same' },
              image: { type: 'string' },
            }),
          ),
        },
      },
      responses: { 202: { ...json('Accepted', 'Accepted'), headers: { Location: { schema: { type: 'string' } } } }, ...submitProblems },
    },
  },
  '/v1/jobs/{id}': {
    parameters: [id],
    get: { summary: 'How a clip stands', responses: { 200: json('The job', 'Job'), ...problems(401, 404, 500) } },
    delete: {
      summary: 'Cancel an unfinished clip, remove a finished one',
      responses: { 200: json('Canceled, or stopping within one step', 'Job'), 204: empty('Removed'), ...problems(401, 403, 404, 409, 500) },
    },
  },
  '/v1/jobs/{id}/again': {
    parameters: [id],
    post: {
      summary: 'The same photo and words once more',
      parameters: [idempotency],
      requestBody: {
        required: true,
        content: content('application/json', { type: 'object', required: ['seed'], properties: { seed: { enum: ['same', 'new'] } } }),
      },
      responses: { 202: json('Accepted', 'Accepted'), ...submitProblems },
    },
  },
  '/v1/jobs/{id}/events': {
    parameters: [id],
    get: {
      summary: 'Every change as server-sent events named `job`, each holding a Job; ends when the job is finished',
      responses: { 200: text('Events', 'text/event-stream'), ...problems(401, 404, 500) },
    },
  },
  '/v1/jobs/{id}/clip': {
    parameters: [id],
    get: {
      summary: 'The clip',
      parameters: [
        { name: 'format', in: 'query', schema: { enum: ['mp4', 'gif'] }, description: 'Another format is made on request' },
        { name: 'download', in: 'query', schema: { type: 'string' }, description: 'Any value: answer with a file name to save under' },
        { name: 'Range', in: 'header', schema: { type: 'string' } },
      ],
      responses: {
        200: file('All of it', 'video/mp4', 'image/gif'),
        206: file('The range asked for', 'video/mp4', 'image/gif'),
        304: empty('Not changed'),
        416: empty('Beyond the end'),
        ...problems(401, 404, 409, 422, 500),
      },
    },
  },
  '/v1/jobs/{id}/thumbnail': {
    parameters: [id],
    get: {
      summary: 'The first frame',
      responses: {
        200: file('A small picture', 'image/jpeg'),
        206: file('The range asked for', 'image/jpeg'),
        304: empty('Not changed'),
        416: empty('Beyond the end'),
        ...problems(401, 404, 409, 500),
      },
    },
  },
  '/v1/engines': {
    get: { summary: 'Engines with their options and bounds, the default first', responses: { 200: json('Engines', 'Engines'), ...problems(401) } },
  },
  '/v1/quota': { get: { summary: 'Credits left today', responses: { 200: json('Quota', 'Quota'), ...problems(401, 500) } } },
  '/v1/channels': { get: { summary: 'Which chats are connected', responses: { 200: json('Channels', 'Channels'), ...problems(401) } } },
  '/v1/session': {
    post: {
      summary: 'Trades the token for a cookie, so that a browser can show clips',
      security: [],
      requestBody: { required: true, content: content('application/json', { type: 'object', required: ['token'], properties: { token: { type: 'string' } } }) },
      responses: { 204: empty('Signed in'), ...problems(400, 401, 403) },
    },
  },
  '/healthz': { get: { summary: 'The process answers', security: [], responses: { 200: json('It does', 'Health') } } },
  '/readyz': {
    get: { summary: 'Database and queue answer too', security: [], responses: { 200: json('They do', 'Health'), 503: json('They do not', 'Health') } },
  },
  '/metrics': { get: { summary: 'Numbers for Prometheus', responses: { 200: text('Metrics', 'text/plain'), ...problems(401, 500) } } },
});

/** @param secured whether a bearer token is required */
export const openApiDocument = (manifests: readonly EngineManifest[], secured: boolean): Json => {
  const { schemas: components } = z.toJSONSchema(schemas, { uri: (name) => `#/components/schemas/${name}` });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stillmotion',
      version: '1',
      description: 'Brings a photo to life: a photo and a few words go in, a clip comes back. Some engines need no photo.',
    },
    ...(secured ? { security: [{ bearer: [] }] } : {}),
    paths: paths(manifests),
    components: {
      schemas: Object.fromEntries(Object.entries(components).map(([name, { $id: _id, $schema: _schema, ...schema }]) => [name, schema])),
      ...(secured ? { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } } : {}),
    },
  };
};
