import { redact } from "./redact.ts";

/** Log levels, the least verbose first. Each level includes those before it. */
export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
/** One of {@linkcode LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];
/** Log formats: text for people, JSON lines for machines. */
export const LOG_FORMATS = ["text", "json"] as const;
/** One of {@linkcode LOG_FORMATS}. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Writes one line per event. */
export interface Log {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Receives each line, without a newline at its end. */
  readonly write: (line: string) => void;
}

/** A text as one line in which nothing commands a terminal: control and direction marks are escaped. */
function printable(text: string): string {
  return text.replaceAll(/\r?\n/g, " ⏎ ").replaceAll(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Creates a {@linkcode Log} whose lines carry time and level and never a secret ({@linkcode redact}). In text format, a line
 * break in a message is written as `⏎`.
 */
export function createLog(options: LogOptions): Log {
  const enabled = LOG_LEVELS.indexOf(options.level);
  const line = (level: LogLevel) => (message: string) => {
    if (LOG_LEVELS.indexOf(level) > enabled) return;
    const time = new Date().toISOString();
    const text = redact(message);
    options.write(
      options.format === "json"
        ? JSON.stringify({ time, level, message: text })
        : `${time} ${level.toUpperCase().padEnd(5)} ${printable(text)}`,
    );
  };
  return { error: line("error"), warn: line("warn"), info: line("info"), debug: line("debug") };
}
