/** The port for logs: the part of pino's interface that the house uses. */
type Write = { (fields: object, message: string): void; (message: string): void };

export interface Logger {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
  child(bindings: object): Logger;
}
