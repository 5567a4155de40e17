/** The page's files, read once and served from memory. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { Hono } from 'hono';

const folder = new URL('./page/', import.meta.url);

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export const pageRoutes = async (): Promise<Hono> => {
  const app = new Hono();
  for (const name of await readdir(folder)) {
    const type = types[extname(name)];
    if (!type) continue;
    const bytes = await readFile(new URL(name, folder));
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    app.get(name === 'index.html' ? '/' : `/${name}`, (c) => {
      c.header('ETag', etag);
      c.header('Cache-Control', 'no-cache');
      if (c.req.header('if-none-match') === etag) return c.body(null, 304);
      return c.body(new Uint8Array(bytes), 200, { 'Content-Type': type });
    });
  }
  return app;
};
