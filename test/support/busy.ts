/** How many requests a fake server is answering. */
import type { Server } from 'node:http';

/** @returns the number of requests under way */
export const countRequests = (server: Server): (() => number) => {
  let active = 0;
  server.on('request', (_request, response) => {
    active++;
    response.on('close', () => {
      active--;
    });
  });
  return () => active;
};
