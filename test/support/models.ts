/** Puts tiny exported models where a program looks for its models, as an operator would: a folder each, no links. */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bundles = fileURLToPath(new URL('../golden/bundles/', import.meta.url));

/**
 * @param modelsDir made if it is not there
 * @param engines engine id → family of the bundle it is a copy of
 */
export const installModels = (modelsDir: string, engines: Readonly<Record<string, string>>): void => {
  mkdirSync(modelsDir, { recursive: true });
  for (const [id, family] of Object.entries(engines)) cpSync(join(bundles, family), join(modelsDir, id), { recursive: true, dereference: true });
};
