/** An amount of US dollars as people read it: `$1.50`, and `$0.0012` below a cent. */
export function dollars(amount: number): string {
  return `$${amount > 0 && amount < 0.01 ? amount.toFixed(4) : amount.toFixed(2)}`;
}

/** A number of tokens as people read it: `980`, `12.3k`. */
export function thousands(tokens: number): string {
  return tokens >= 1000 ? `${(tokens / 1000).toFixed(1)}k` : String(tokens);
}
