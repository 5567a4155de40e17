/** Writes the README's tables from the schema, the catalogues of models and errors, and the last golden run: `node --import tsx config/readme.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { catalogue } from '../core/errors.ts';
import { familyFacts } from './bundle-engine.ts';
import { publishedModels } from './catalogue.ts';
import { variables } from './schema.ts';

const cell = (text: string): string => text.replaceAll('\n', ' ').replaceAll('|', '\\|');

const usual = (name: keyof typeof variables): string => {
  const parsed = variables[name].schema.safeParse(undefined);
  const value = parsed.success ? parsed.data : undefined;
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0) ? '—' : `\`${String(value)}\``;
};

/** Largest errors by case and stage, as `npm run golden -- … --table` leaves them. */
type GoldenRun = Readonly<Record<string, Readonly<Record<string, number>>>>;
const goldenRun = (name: string): GoldenRun => JSON.parse(readFileSync(new URL(`../test/golden/measured/${name}.json`, import.meta.url), 'utf8')) as GoldenRun;

/** Columns of the golden table and the recorded tensors that belong to them. */
const goldenColumns = {
  'token ids': /\/input_ids$/,
  noise: /^randn\//,
  'timesteps, sigmas': /^sched\/(timesteps|sigmas)$/,
  'words, photo': /^(text_encoder|image_encoder|vae_encode)\/.*\/out/,
  denoiser: /^(unet|transformer|transformer_2|controlnet)\/.*\/out/,
  latents: /^sched\/\*\/out\//,
  frames: /^frames$/,
} as const;

const goldenRow = (name: string, errors: Readonly<Record<string, number>>): string => {
  const cells = Object.values(goldenColumns).map((pattern) => {
    const found = Object.entries(errors).filter(([stage]) => pattern.test(stage));
    const largest = Math.max(...found.map(([, error]) => error));
    return found.length === 0 ? '—' : largest === 0 ? '0' : largest.toExponential(1);
  });
  return `| ${[name, ...cells].join(' | ')} |`;
};

const goldenTable = (): string => {
  const [first, second] = [goldenRun('recorded-a'), goldenRun('recorded-b')];
  return [
    `| case | ${Object.keys(goldenColumns).join(' | ')} |`,
    `|---|${Object.keys(goldenColumns)
      .map(() => '---|')
      .join('')}`,
    ...Object.entries(first).map(([name, errors]) => goldenRow(name, errors)),
    ...Object.entries(second).map(([name, errors]) => goldenRow(`${name}, another call`, errors)),
  ].join('\n');
};

const takes = { required: 'photo', optional: 'photo or none', none: 'no photo' } as const;
const reads = { required: 'words', optional: 'words if you like', none: 'no words' } as const;

const modelsTable = (): string =>
  [
    '| id | model | takes | parameters | licence |',
    '|---|---|---|---|---|',
    ...publishedModels.map(({ id, title, family, parameters, licence }) => {
      const { image, text } = familyFacts[family];
      const billions = Object.values(parameters).reduce((sum, millions) => sum + millions, 0) / 1000;
      return `| \`${id}\` | ${cell(title)} | ${takes[image]}, ${reads[text]} | ${billions.toFixed(1)} billion | ${cell(licence)} |`;
    }),
  ].join('\n');

/** The README's parts that are made from the sources, by the name of their markers. */
const tables: Readonly<Record<string, string>> = {
  configuration: [
    '| variable | default | |',
    '|---|---|---|',
    ...(Object.keys(variables) as (keyof typeof variables)[]).map((name) => `| \`${name}\` | ${usual(name)} | ${cell(variables[name].help)} |`),
  ].join('\n'),
  models: modelsTable(),
  golden: goldenTable(),
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
