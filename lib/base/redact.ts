const PATTERNS: readonly [RegExp, string][] = [
  // Authorization headers.
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, "$1 ***"],
  // Feishu tenant, app and user tokens.
  [/(?<![\w-])[tau]-(?=[A-Za-z0-9._-]*\d)[A-Za-z0-9._-]{16,}/g, "***"],
  // Provider keys with well-known prefixes.
  [/\b(sk-|ghp_|gho_|github_pat_|xox[abps]-|AKIA|AIza)[A-Za-z0-9_-]{12,}/g, "$1***"],
  // Tokens in URLs.
  [/([?&](?:access_token|auth_token|token|key|secret)=)[^&\s"']+/gi, "$1***"],
  // key=value and "key": "value" with a telling name and a value that looks random.
  [
    /((?:api[_-]?key|secret|password|passwd|access[_-]?token|auth_token)["']?\s*[=:]\s*["']?)(?=[^\s"']*\d)(?=[^\s"']*[A-Za-z])[A-Za-z0-9_+/=-]{12,}/gi,
    "$1***",
  ],
];

/** Replaces each of `secrets`, and whatever looks like a key or token, with `***`. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= 4) clean = clean.replaceAll(secret, "***");
  }
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
}
