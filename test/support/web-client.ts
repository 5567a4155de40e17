/** A client of the REST API that holds every answer to the OpenAPI document the server itself serves. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';

type Content = Readonly<Record<string, { readonly schema: object }>>;
type Operation = { readonly responses: Readonly<Record<string, { readonly content?: Content }>> };

export interface ApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the document check is for; tests look at what they know
  readonly json: any;
}

export interface WebClient {
  readonly document: ApiDocument;
  /** @throws when the answer is not one the document describes */
  call(method: string, path: string, init?: Omit<RequestInit, 'method'>): Promise<Answer>;
  /** What is wrong with an answer according to the document; empty when nothing is. */
  check(method: string, path: string, answer: Pick<Answer, 'status' | 'headers' | 'json'>): string[];
}

const pointerPart = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

/** @param headers sent with every call */
export const createWebClient = async (url: string, headers: Record<string, string> = {}): Promise<WebClient> => {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as ApiDocument;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormatsModule as unknown as (instance: Ajv2020) => void)(ajv);
  ajv.addSchema(document, 'document');

  const check: WebClient['check'] = (method, path, { status, headers: answered, json }) => {
    const pathname = path.split('?')[0] ?? '';
    const template = Object.keys(document.paths).find((known) => new RegExp(`^${known.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname));
    const operation = template && document.paths[template]?.[method.toLowerCase()];
    if (!template || !operation) return [`${method} ${pathname} is not in the document`];
    const described = operation.responses[status];
    if (!described) return [`status ${status} of ${method} ${template} is not in the document`];
    const type = answered.get('content-type')?.split(';')[0] ?? '';
    if (!described.content) return type === '' ? [] : [`a body of type ${type} where none belongs`];
    if (!(type in described.content)) return [`${type} instead of ${Object.keys(described.content).join(', ')}`];
    if (type !== 'application/json') return [];
    const pointer = ['paths', template, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema'].map(pointerPart).join('/');
    const validate = ajv.compile({ $ref: `document#/${pointer}` });
    return validate(json) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
  };

  return {
    document,
    check,
    async call(method, path, init = {}) {
      const response = await fetch(url + path, { ...init, method, headers: { ...headers, ...(init.headers as Record<string, string> | undefined) } });
      const bytes = Buffer.from(await response.arrayBuffer());
      const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
      const answer: Answer = { status: response.status, headers: response.headers, bytes, json: isJson ? JSON.parse(bytes.toString()) : null };
      const wrong = check(method, path, answer);
      if (wrong.length > 0) throw new Error(`${method} ${path} → ${answer.status}: ${wrong.join('; ')}`);
      return answer;
    },
  };
};

/** The body of `POST /v1/jobs` with a photo and fields. */
export const photoForm = (image: Uint8Array | null, fields: Record<string, string> = {}): FormData => {
  const form = new FormData();
  if (image) form.set('image', new Blob([new Uint8Array(image)]), 'photo');
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
};
