/** Prepares one empty embedded database for all test files, because creating one takes seconds and copying one does not. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openPglite } from '../../core/infra/database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    templateDirectory: string;
  }
}

export default async (project: TestProject): Promise<() => void> => {
  const directory = mkdtempSync(join(tmpdir(), 'stillmotion-template-'));
  await (await openPglite(directory)).close();
  project.provide('templateDirectory', directory);
  return () => rmSync(directory, { recursive: true, force: true });
};

/** @returns a new folder that holds the prepared database */
export const copyTemplate = (template: string): string => {
  const directory = mkdtempSync(join(tmpdir(), 'stillmotion-test-'));
  cpSync(template, directory, { recursive: true });
  return directory;
};
