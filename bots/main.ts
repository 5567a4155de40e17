/** `npm start`: everything in one process, or the part that STILLMOTION_ROLE names. */
import { debugNarrowed, loadConfig } from '../config/index.ts';
import { AppError, asAppError, noteText } from '../core/errors.ts';
import { createLogger } from '../core/infra/pino-logger.ts';
import { type App, startApp } from './app.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `Discord  `, as wide as `Page     ` */
const title = (name: string): string => (name.charAt(0).toUpperCase() + name.slice(1)).padEnd(9);

const giveUp = (error: unknown): never => {
  const known = asAppError(error);
  process.stderr.write(
    `${known instanceof AppError && known.code !== 'INTERNAL' ? noteText(known.toNote()) : `Stillmotion could not start: ${error instanceof Error ? error.message : String(error)}`}\n`,
  );
  process.exit(1);
};

const run = async (): Promise<void> => {
  const config = loadConfig();
  const secrets = [config.discord.token, config.telegram.token, config.web.token, config.databaseUrl, config.redisUrl].filter((secret) => secret !== null);
  const log = createLogger(config.logLevel, secrets);
  if (debugNarrowed) log.warn('DEBUG does not reach telegraf and ioredis here: they would print tokens, passwords and what people write');
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));

  let app: App | null = null;
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping: what runs is finished first');
    Promise.resolve(app?.stop()).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'did not stop cleanly');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));

  if (!config.databaseUrl) say(`Data in ${config.dataDir} (embedded database, first start takes some seconds; not safe against power loss)`);
  app = await startApp(config, log);
  say(app.url ? `Page      ${app.url}` : 'Worker    waiting for jobs');
  for (const { name, state, detail } of app.channels()) if (state === 'off') say(`${title(name)} off: ${detail}`);
  await app.connected;
  for (const { name, state, detail } of app.channels()) if (state !== 'off') say(`${title(name)} ${detail}`);
};

run().catch(giveUp);
