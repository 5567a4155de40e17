/** The database's password: whatever it is made of, the client gets it unchanged and the host stays the host. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../config/index.ts';

const address = 'postgres://stillmotion@db.example.org/clips';
const clientOf = (environment: NodeJS.ProcessEnv) => {
  const { user, password, host, port, database } = new pg.Client({ connectionString: loadConfig(environment).databaseUrl ?? '' });
  return { user, password, host, port, database };
};
const problemOf = (environment: NodeJS.ProcessEnv): string => {
  try {
    return `fine: ${loadConfig(environment).databaseUrl}`;
  } catch (error) {
    return String((error as Error).message);
  }
};
const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i));
const passwords = [
  'p@ss:w/rd?#%',
  ascii,
  ...ascii,
  '%41',
  '%zz',
  'a%',
  ' spaces around ',
  '12345678',
  'löß→🔑',
  'quote\'"`\\',
  '$POSTGRES $$',
  '@postgres/other?host=elsewhere#',
];

it.each(passwords)('the password %j arrives as it is', (password) => {
  expect(clientOf({ DATABASE_URL: address, DATABASE_PASSWORD: password })).toEqual({
    ...{ user: 'stillmotion', password, host: 'db.example.org', port: 5432, database: 'clips' },
  });
});

it('what else the address says stays', () => {
  const url = 'postgresql://me@db.example.org:6543/clips?sslmode=verify-full&application_name=still';
  expect(loadConfig({ DATABASE_URL: url, DATABASE_PASSWORD: 'p@ss' }).databaseUrl).toBe(url.replace('me@', 'me:p%40ss@'));
  expect(clientOf({ DATABASE_URL: 'postgres://me:p%40ss@db.example.org/clips' })).toMatchObject({ password: 'p@ss', host: 'db.example.org' });
  expect(clientOf({ DATABASE_URL: 'postgres://me@%2Frun%2Fpostgresql/clips', DATABASE_PASSWORD: '/' })).toMatchObject({
    password: '/',
    host: '/run/postgresql',
  });
  expect(loadConfig({ DATABASE_URL: address, DATABASE_PASSWORD: '' }).databaseUrl).toBe(address);
});

describe('is refused with the way out', () => {
  it.each([
    ['postgres://u:p@ss:w/rd?#%@postgres/db', 'must be an address such as'],
    ['postgres://u:12/34@postgres/db', 'has an @ after its host'],
    ['postgres://u:12?34@postgres/db', 'has an @ after its host'],
    ['postgres://u:12#34@postgres/db', 'has an @ after its host'],
    ['postgres://u:100%sure@postgres/db', 'begins no escape'],
  ])('the address %s', (url, words) => {
    expect(problemOf({ DATABASE_URL: url })).toContain(words);
    expect(problemOf({ DATABASE_URL: url })).toContain('DATABASE_PASSWORD');
  });

  it.each([
    [{ DATABASE_PASSWORD: 'x' }, 'must not be set without DATABASE_URL'],
    [{ DATABASE_URL: 'postgres://u:one@h/db', DATABASE_PASSWORD: 'two' }, 'leave one of them out'],
    [{ DATABASE_URL: 'postgres:///db', DATABASE_PASSWORD: 'x' }, 'DATABASE_URL'],
  ])('%j', (environment, words) => {
    expect(problemOf(environment)).toContain(words);
  });
});

describe('docker-compose.yml', () => {
  const compose = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');
  /** Of a service, what compose hands it; values are filled in after the YAML was read. */
  const environmentOf = (service: string, given: Readonly<Record<string, string>>): Record<string, string> => {
    const block = new RegExp(`^  ${service}:\\n((?: {4}.*\\n)+)`, 'm').exec(compose)?.[1] ?? '';
    const lines = [...block.matchAll(/^ {6}([A-Z_]+): (.*)$/gm)].map(([, name = '', text = '']): [string, string] => [
      name,
      text.replace(/\$\{(\w+)(?::[-?]([^}]*))?\}/g, (_, variable: string, usual = '') => given[variable] ?? usual),
    ]);
    return Object.fromEntries(lines);
  };
  it.each(['stillmotion', 'worker'])('hands %s the same password as the database', (service) => {
    for (const given of [{ POSTGRES_PASSWORD: 'p@ss:w/rd?#%', WEB_TOKEN: 'x'.repeat(16) }, { WEB_TOKEN: 'x'.repeat(16) }]) {
      const password = 'POSTGRES_PASSWORD' in given ? given.POSTGRES_PASSWORD : 'stillmotion';
      expect(clientOf(environmentOf(service, given))).toEqual({ user: 'stillmotion', password, host: 'postgres', port: 5432, database: 'stillmotion' });
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as compose writes it
      expect(compose).toContain('POSTGRES_PASSWORD: "${POSTGRES_PASSWORD:-stillmotion}"');
    }
  });
});
