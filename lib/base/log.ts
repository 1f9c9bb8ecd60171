/** How much is logged: each level includes those before it. */
export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
/** One of {@linkcode LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];
/** Text for people, JSON lines for machines. */
export const LOG_FORMATS = ["text", "json"] as const;
/** One of {@linkcode LOG_FORMATS}. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Writes one line an event. */
export interface Log {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Values that must never appear: the app secret, passwords. */
  readonly secrets: readonly string[];
  /** Where a line goes; it ends without a newline. */
  readonly write: (line: string) => void;
}

const PATTERNS: readonly [RegExp, string][] = [
  // Authorization headers and the tokens that travel in them.
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, "$1 ***"],
  // Feishu tenant, app and user tokens.
  [/(?<![\w-])[tau]-(?=[A-Za-z0-9._-]*\d)[A-Za-z0-9._-]{16,}/g, "***"],
  // Provider keys by their well-known beginnings.
  [/\b(sk-|ghp_|gho_|github_pat_|xox[abps]-|AKIA|AIza)[A-Za-z0-9_-]{12,}/g, "$1***"],
  // Tokens in URLs.
  [/([?&](?:access_token|auth_token|token|key|secret)=)[^&\s"']+/gi, "$1***"],
  // key=value and "key": "value" with a telling name, and a value that is no word of a program.
  [
    /((?:api[_-]?key|secret|password|passwd|access[_-]?token|auth_token)["']?\s*[=:]\s*["']?)(?=[^\s"']*\d)(?=[^\s"']*[A-Za-z])[A-Za-z0-9_+/=-]{12,}/gi,
    "$1***",
  ],
];

/** Replaces what looks like a key or token, and each of `secrets`, by `***`. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= 4) clean = clean.replaceAll(secret, "***");
  }
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
}

/** A {@linkcode Log} whose lines carry time and level and never a secret; line breaks become `⏎`. */
export function createLog(options: LogOptions): Log {
  const enabled = LOG_LEVELS.indexOf(options.level);
  const line = (level: LogLevel) => (message: string) => {
    if (LOG_LEVELS.indexOf(level) > enabled) return;
    const time = new Date().toISOString();
    const text = redact(message, options.secrets);
    options.write(
      options.format === "json"
        ? JSON.stringify({ time, level, message: text })
        : `${time} ${level.toUpperCase().padEnd(5)} ${text.replaceAll(/\r?\n/g, " ⏎ ")}`,
    );
  };
  return { error: line("error"), warn: line("warn"), info: line("info"), debug: line("debug") };
}
