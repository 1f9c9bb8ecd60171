import { redact } from "./secrets/redact.ts";
import { hidePasswords } from "./secrets/url_credentials.ts";
import { visible } from "./visible.ts";

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

/** A log that can also write what its user cannot do without. */
export interface NoticeLog extends Log {
  /** Writes a line at every level, as one of `info`. */
  notice(message: string): void;
}

const ignore = () => {};

/** A log that nobody reads. */
export const NO_LOG: NoticeLog = {
  error: ignore,
  warn: ignore,
  info: ignore,
  debug: ignore,
  notice: ignore,
};

interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Receives each line, without a newline at its end. */
  readonly write: (line: string) => void;
}

/**
 * Creates a {@linkcode NoticeLog} whose lines carry time and level, and never a secret or a control character. In
 * text format, a line break in a message is written as `⏎`, and other control characters like `\\u001b`.
 */
export function createLog(options: LogOptions): NoticeLog {
  const enabled = LOG_LEVELS.indexOf(options.level);
  const write = (level: LogLevel, message: string) => {
    const time = new Date().toISOString();
    const text = hidePasswords(redact(message));
    options.write(visible(
      options.format === "json"
        ? JSON.stringify({ time, level, message: text })
        : `${time} ${level.toUpperCase().padEnd(5)} ${text.replaceAll(/\r?\n/g, " ⏎ ")}`,
    ));
  };
  const line = (level: LogLevel) => (message: string) => {
    if (LOG_LEVELS.indexOf(level) <= enabled) write(level, message);
  };
  return {
    error: line("error"),
    warn: line("warn"),
    info: line("info"),
    debug: line("debug"),
    notice: (message) => write("info", message),
  };
}
