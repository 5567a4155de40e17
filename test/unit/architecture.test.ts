/** Parses every import of the sources and holds them to the house's rules of direction. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const walk = (directory: string): string[] =>
  readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? walk(path) : /\.ts$/.test(name) ? [path] : [];
  });

interface Import {
  readonly from: string;
  /** A file of ours relative to the root, or a package's name. */
  readonly to: string;
  readonly typeOnly: boolean;
}

const importsOf = (path: string): Import[] => {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: ts.Expression | undefined, typeOnly: boolean): void => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const to = specifier.text.startsWith('.') ? relative(root, resolve(dirname(path), specifier.text)) : packageName(specifier.text);
    found.push({ from: relative(root, path), to, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly ?? false);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require'))
      add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

const packageName = (specifier: string): string =>
  specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? specifier);

const files = ['bots', 'core', 'worker', 'config'].flatMap((folder) => walk(join(root, folder)));
const imports = files.flatMap(importsOf);
const compositionRoots = [
  'bots/app.ts',
  'bots/main.ts',
  'worker/cli.ts',
  'worker/doctor.ts',
  'worker/evaluate/cli.ts',
  'worker/golden/cli.ts',
  'worker/models-cli.ts',
];
const offenders = (rule: (one: Import) => boolean): string[] => imports.filter(rule).map(({ from, to }) => `${from} → ${to}`);
const within = (path: string, ...folders: string[]): boolean => folders.some((folder) => path.startsWith(`${folder}/`));

/** One library, one door. */
const doors: Readonly<Record<string, RegExp>> = {
  'discord.js': /^bots\/discord\//,
  telegraf: /^bots\/telegram\//,
  hono: /^bots\/web\//,
  '@hono/node-server': /^bots\/web\//,
  bullmq: /^core\/infra\/(bullmq-queue|migrations)\.ts$/,
  ioredis: /^(core\/infra\/|worker\/doctor\.ts$)/,
  pg: /^core\/infra\/(database|postgres-kept)\.ts$|^worker\/doctor\.ts$/,
  '@electric-sql/pglite': /^core\/infra\/(database|pglite-(kept|pool))\.ts$/,
  pino: /^core\/infra\/pino-logger\.ts$/,
  'prom-client': /^core\/infra\/metrics\.ts$/,
  '@aws-sdk/client-s3': /^core\/infra\/s3-store\.ts$/,
  '@huggingface/tokenizers': /^worker\/parts\/text-tokens\.ts$/,
  undici: /^worker\/onnx\/hub-client\.ts$/,
  'onnxruntime-node': /^worker\/onnx\/session\.ts$/,
  'fluent-ffmpeg': /^worker\/media\/ffmpeg\.ts$/,
  sharp: /^worker\/(vision\/photo|media\/thumbnail)\.ts$/,
};

describe('the direction of imports', () => {
  it('finds the sources', () => expect(imports.length).toBeGreaterThan(100));
  it('core imports nothing from bots, worker or config', () =>
    expect(offenders(({ from, to }) => within(from, 'core') && within(to, 'bots', 'worker', 'config'))).toEqual([]));
  it('bots and worker meet only in a composition root', () =>
    expect(
      offenders(
        ({ from, to }) =>
          !compositionRoots.includes(from) && ((within(from, 'bots') && within(to, 'worker')) || (within(from, 'worker') && within(to, 'bots'))),
      ),
    ).toEqual([]));
  it('only entry files import config', () =>
    expect(
      offenders(({ from, to }) => !compositionRoots.includes(from) && from !== 'worker/child.ts' && !within(from, 'config') && within(to, 'config')),
    ).toEqual([]));
  it('the chats and the page never import each other', () =>
    expect(
      offenders(({ from, to }) => {
        const side = /^bots\/(discord|telegram|web)\//.exec(from)?.[1];
        const other = /^bots\/(discord|telegram|web)\//.exec(to)?.[1];
        return side !== undefined && other !== undefined && side !== other;
      }),
    ).toEqual([]));
  it('engines never import each other, media, the consumer or the queue', () =>
    expect(
      offenders(
        ({ from, to }) =>
          within(from, 'worker/engines') &&
          from !== 'worker/engines/index.ts' &&
          (within(to, 'worker/engines', 'worker/media', 'core/infra') || to === 'worker/consumer.ts' || to === 'core/queue.ts'),
      ),
    ).toEqual([]));
  it('every client library has one door', () => expect(offenders(({ from, to }) => to in doors && !doors[to]?.test(from))).toEqual([]));
  it('the domain is pure: client libraries live in core/infra only', () =>
    expect(offenders(({ from, to }) => within(from, 'core') && !within(from, 'core/infra') && !within(to, 'core') && to !== 'node:crypto')).toEqual([]));
  it('schedulers, tensors and guidance do no I/O', () =>
    expect(
      offenders(
        ({ from, to }) =>
          (within(from, 'worker/schedulers', 'worker/tensor') || from === 'worker/parts/guidance.ts') &&
          !within(to, 'worker/schedulers', 'worker/tensor', 'core'),
      ),
    ).toEqual([]));
  it('only config reads the environment', () => {
    const readers = files.filter((path) => /process\.env\b/.test(readFileSync(path, 'utf8'))).map((path) => relative(root, path));
    expect(readers).toEqual(['config/index.ts']);
  });
  it('there are no cycles', () => {
    const graph = new Map<string, string[]>();
    for (const { from, to, typeOnly } of imports)
      if (!typeOnly && within(to, 'bots', 'core', 'worker', 'config')) graph.set(from, [...(graph.get(from) ?? []), to]);
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) return void cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of graph.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

describe('every file', () => {
  it.each(files.map((path) => relative(root, path)))('%s opens with a sentence that says what it holds', (path) => {
    expect(readFileSync(join(root, path), 'utf8')).toMatch(/^(#!.*\n)?\/\*\*\s/);
  });
});
