import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { createRouter } from './operations.ts';
import type { Router } from './operations.ts';

/** GitHub's own OpenAPI description, as a judge of requests and responses. */
export interface Description {
  /** Names any of GitHub's operations, also those that the sandbox does not hold. */
  readonly find: Router<string>;
  /** What is wrong with a request, in GitHub's words; undefined when it fits. */
  refuseRequest(id: string, request: { params: Readonly<Record<string, string>>; query: URLSearchParams; body: unknown }): string | undefined;
  /** How a response deviates from the description; undefined when it fits, or is an error that GitHub doesn't document. */
  refuseResponse(id: string, response: { status: number; body: unknown }): readonly string[] | undefined;
}

interface Parameter {
  readonly $ref?: string;
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Readonly<Record<string, unknown>> }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** @param path of `api.github.com.json`, as in the package @octokit/openapi */
export async function loadDescription(path: string): Promise<Description> {
  const document = JSON.parse(await readFile(path, 'utf8')) as Document;
  spellOutNull(document);
  const options = { strict: false, allErrors: true, inlineRefs: false, validateSchema: false, logger: false } as const;
  const strict = addFormats(new Ajv(options)).addSchema(document, 'github');
  // Paths and queries are text: numbers and lists have to be read from it.
  const lenient = addFormats(new Ajv({ ...options, coerceTypes: 'array' })).addSchema(document, 'github');
  const operations = indexOperations(document);

  function judge(ajv: Ajv, pointer: readonly string[]): ValidateFunction | undefined {
    return ajv.getSchema(`github#/${pointer.map(escapePointer).join('/')}`);
  }

  return {
    find: createRouter(Object.fromEntries([...operations].map(([id, { route }]) => [id, route]))),

    refuseRequest(id, { params, query, body }) {
      const operation = operations.get(id);
      if (operation === undefined) return undefined;
      for (const [index, given] of (operation.parameters ?? []).entries()) {
        const pointer = given.$ref ? given.$ref.slice(2).split('/') : [...operation.pointer, 'parameters', String(index)];
        const parameter = given.$ref ? (resolve(document, pointer) as Parameter) : given;
        const value = parameter.in === 'path' ? params[parameter.name] : (query.get(parameter.name) ?? undefined);
        // Against its schema, `created` takes the search syntax that its text describes.
        if (value === undefined || parameter.in === 'header' || parameter.name === 'created') continue;
        const validate = judge(lenient, [...pointer, 'schema']);
        if (validate?.(value) === false) return `Invalid request.\n\nFor '${parameter.name}', ${JSON.stringify(value)} ${validate.errors?.[0]?.message}.`;
      }
      if (operation.requestBody?.content['application/json'] === undefined) return undefined;
      if (body === undefined && !operation.requestBody.required) return undefined;
      const validate = judge(strict, [...operation.pointer, 'requestBody', 'content', 'application/json', 'schema']);
      return validate?.(body ?? {}) === false ? inGithubsWords(validate.errors?.[0]) : undefined;
    },

    refuseResponse(id, { status, body }) {
      const operation = operations.get(id);
      if (operation === undefined) return undefined;
      const documented = operation.responses[String(status)];
      if (documented === undefined) return status < 400 ? [`status ${status} is not documented`] : undefined;
      const pointer = documented.$ref ? documented.$ref.slice(2).split('/') : [...operation.pointer, 'responses', String(status)];
      if (typeof body === 'string' || Buffer.isBuffer(body) || status === 304) return undefined;
      const validate = judge(strict, [...pointer, 'content', 'application/json', 'schema']);
      if (validate === undefined) return undefined;
      return validate(body) ? undefined : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
    },
  };
}

function addFormats(ajv: Ajv): Ajv {
  // The package is CommonJS: its callable default hides one level down.
  (formats as unknown as { default: (ajv: Ajv) => Ajv }).default(ajv);
  return ajv;
}

function indexOperations({ paths }: Document): Map<string, Operation & { route: string; pointer: readonly string[] }> {
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        return [operation.operationId, { ...operation, route: `${method.toUpperCase()} ${path}`, pointer: ['paths', path, method] }] as const;
      }),
    ),
  );
}

/** OpenAPI 3.0 says `nullable` beside a list of words or a choice of schemas; JSON Schema wants null to be one of them. */
function spellOutNull(schema: unknown): void {
  if (typeof schema !== 'object' || schema === null) return;
  const given = schema as Record<string, unknown>;
  if (given['nullable'] === true) {
    const { enum: words } = given;
    if (Array.isArray(words) && !words.includes(null)) words.push(null);
    if (given['type'] === undefined) delete given['nullable'];
    for (const choice of ['anyOf', 'oneOf']) {
      if (Array.isArray(given[choice])) given[choice].push({ type: 'null', nullable: true });
    }
    if (Array.isArray(given['allOf'])) {
      given['anyOf'] = [{ allOf: given['allOf'] }, { type: 'null' }];
      delete given['allOf'];
    }
  }
  for (const part of Object.values(given)) spellOutNull(part);
}

function inGithubsWords(error: ErrorObject | undefined): string {
  if (error?.keyword === 'required') return `Invalid request.\n\n"${error.params['missingProperty']}" wasn't supplied.`;
  return `Invalid request.\n\nFor '${error?.instancePath ?? '/'}', ${error?.message}.`;
}

function escapePointer(segment: string): string {
  return encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function resolve(document: unknown, pointer: readonly string[]): unknown {
  return pointer.reduce((value, segment) => (value as Record<string, unknown>)[segment], document);
}
