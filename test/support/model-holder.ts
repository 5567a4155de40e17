/** A process that takes a model's lock, says so, and holds it until it is told to let go or is killed. */
import { withModelLock } from '../../worker/onnx/model-lock.ts';

const [modelsDir = '', id = ''] = process.argv.slice(2);
await withModelLock({ modelsDir, id, signal: new AbortController().signal, onWait: (pid) => void process.stdout.write(`waits for ${pid}\n`) }, async () => {
  process.stdout.write('holds\n');
  await new Promise<void>((resolve) => process.stdin.once('data', () => resolve()));
});
process.stdout.write('let go\n');
process.exit(0);
