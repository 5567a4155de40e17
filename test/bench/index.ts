/** `npm run bench -- NAME …`: measurements that nobody wants in the test suite. */

const benches: Readonly<Record<string, () => Promise<unknown>>> = {
  accept: () => import('./accept.ts'),
  motion: () => import('./engine.ts'),
  queue: () => import('./queue.ts'),
  pipelines: () => import('./pipelines.ts'),
};

const [name = ''] = process.argv.slice(2);
const bench = benches[name];
if (bench) await bench();
else {
  process.stderr.write(`npm run bench -- ${Object.keys(benches).join(' | ')}\n`);
  process.exitCode = 2;
}
