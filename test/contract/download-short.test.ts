/** A download onto a disk that takes less than it is given: nothing short is ever taken for whole. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const content = Buffer.alloc(1500, 7);
const sha256 = createHash('sha256').update(content).digest('hex');
const server = createServer((_request, response) => void response.writeHead(200, { etag: '"a"', 'content-length': content.length }).end(content));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stillmotion-short-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

it.skipIf(process.platform === 'win32')('refuses a file of which the system wrote a part only', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const program = `
    import { createHubClient } from './worker/onnx/hub-client.ts';
    import { downloadAll } from './worker/onnx/download.ts';
    const client = createHubClient({ endpoint: '${url}', token: null, proxy: null, noProxy: '', backoffMs: () => 1 });
    const file = { file: 'w.bin', bytes: ${content.length}, sha256: '${sha256}', url: '${url}/w.bin', repo: 'a/b' };
    const context = { connections: 1, onBytes: () => undefined, signal: new AbortController().signal };
    await downloadAll(client, [file], ${JSON.stringify(folder)}, context).then(() => console.log('whole'), ({ code, params }) => console.log(code, params.reason));
    await client.close();`;
  // A limit of 1024 bytes a file: the system writes so many of 1500 and calls that a success, as it does on a disk that fills up.
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-c', 'ulimit -f 1; exec "$0" --import tsx --input-type=module --eval "$1"', process.execPath, program],
    { env: { ...process.env, TSX_DISABLE_CACHE: '1' } },
  );
  expect(stdout).toBe('MODEL_DOWNLOAD EFBIG\n');
  expect(await readdir(folder)).not.toContain('w.bin');
});
