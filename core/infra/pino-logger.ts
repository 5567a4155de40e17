/** Logs by pino: JSON lines to standard error, secrets removed wherever they hide. */
import { pino } from 'pino';
import type { Logger } from '../logger.ts';

/** Replaces every secret in a text; also inside Telegram's URLs, which carry the bot's token. */
export const redactor = (secrets: readonly string[]): ((text: string) => string) => {
  const known = secrets.filter((secret) => secret.length >= 6);
  return (text) =>
    known
      .reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text)
      .replace(/bot\d{6,}:[A-Za-z0-9_-]{20,}/g, 'bot[secret]')
      .replace(/([?&](?:ex|is|hm|X-Amz-Signature)=)[^&\s"]+/g, '$1[secret]');
};

/** ioredis hangs the command that failed on its errors: of a login that is the password. */
const hidden = { paths: ['err.command.args', 'err.*.command.args', 'err.aggregateErrors[*].command.args'], censor: '[hidden]' };

/** @param secrets values that must never be written, whatever field they come in */
export const createLogger = (level: string, secrets: readonly string[] = []): Logger => {
  const redact = redactor(secrets);
  const stream = { write: (line: string) => void process.stderr.write(redact(line)) };
  return pino({ level, base: null, redact: hidden, timestamp: pino.stdTimeFunctions.isoTime }, stream) as unknown as Logger;
};
