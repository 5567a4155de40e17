/** Writes the README's tables from the schema and the error catalogue: `node --import tsx config/readme.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { catalogue } from '../core/errors.ts';
import { variables } from './schema.ts';

const cell = (text: string): string => text.replaceAll('\n', ' ').replaceAll('|', '\\|');

const usual = (name: keyof typeof variables): string => {
  const parsed = variables[name].schema.safeParse(undefined);
  const value = parsed.success ? parsed.data : undefined;
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0) ? '—' : `\`${String(value)}\``;
};

/** The README's parts that are made from the sources, by the name of their markers. */
const tables: Readonly<Record<string, string>> = {
  configuration: [
    '| variable | default | |',
    '|---|---|---|',
    ...(Object.keys(variables) as (keyof typeof variables)[]).map((name) => `| \`${name}\` | ${usual(name)} | ${cell(variables[name].help)} |`),
  ].join('\n'),
  errors: ['| code | sentence |', '|---|---|', ...Object.entries(catalogue).map(([code, { text }]) => `| \`${code}\` | ${cell(text)} |`)].join('\n'),
};

/** Puts the tables between their markers. */
export const withTables = (readme: string): string =>
  Object.entries(tables).reduce(
    (text, [name, table]) => text.replace(new RegExp(`<!-- ${name} -->[\\s\\S]*?<!-- /${name} -->`), () => `<!-- ${name} -->\n${table}\n<!-- /${name} -->`),
    readme,
  );

const path = new URL('../README.md', import.meta.url);
if (process.argv[1] === import.meta.filename) writeFileSync(path, withTables(readFileSync(path, 'utf8')));
