/** Writes size and SHA-256 of the shipped model files into worker/models/motion/files.json; run it after every export. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('../worker/models/motion/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.onnx') || name === 'vocabulary.json')
  .sort()
  .map((path) => {
    const data = readFileSync(new URL(path, folder));
    return { path, bytes: data.length, sha256: createHash('sha256').update(data).digest('hex') };
  });
writeFileSync(new URL('files.json', folder), `${JSON.stringify(files, undefined, 2)}\n`);
console.log(files.map(({ path, bytes }) => `${path} ${bytes}`).join('\n'));
