/** A UTF-16 code unit that is not ASCII. */
const NOT_ASCII = /[^\0-\x7f]/g;
/** A template of `String.raw`, with nothing but names in its braces. */
const RAW_TEMPLATE = /\braw`(?:[^`$\\]|\\.|\$(?!\{)|\$\{[^{}`]*\})*`/g;

/**
 * A minified script with escapes for what is not ASCII, which means the same. The bundler leaves it in patterns and in
 * raw templates, and V8 keeps two bytes for each character of a script that has one such character.
 *
 * @throws {SyntaxError} A raw template has more than names in its braces, so that its end is not known here.
 */
export function inAscii(script: string): string {
  // In a raw template an escape means itself: the character becomes a string in braces.
  const cooked = script.replace(
    RAW_TEMPLATE,
    (raw) => raw.replace(NOT_ASCII, (unit) => `\${"${escape(unit)}"}`),
  );
  if (script.match(/\braw`/g)?.length !== script.match(RAW_TEMPLATE)?.length) {
    throw new SyntaxError("A raw template has more than names in its braces");
  }
  return cooked.replace(NOT_ASCII, escape);
}

function escape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
