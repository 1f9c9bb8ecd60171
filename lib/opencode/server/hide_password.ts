/**
 * What the server's log says when {@linkcode HIDE_PASSWORD} has worked. Without this line the server's
 * children inherit the password.
 */
export const PASSWORD_HIDDEN = "the password is hidden from tools";

/**
 * A script that keeps the server's password from everything that opencode starts: shell commands, MCP and
 * language servers, formatters. Any of these could otherwise answer the agent's requests for permission.
 *
 * opencode takes its password from the environment only, and its children get a copy of `process.env`
 * (read in the bundle of 1.18.33). Bun runs the script before opencode's own code because the variable
 * `BUN_INSPECT_PRELOAD` names it; `BUN_OPTIONS` and `bunfig.toml` are ignored by compiled programs. A plugin
 * would do too, but with one configured opencode waits for an installation from npm before it answers.
 *
 * opencode copies the environment just before it listens, so the variable is hidden at that moment: it can
 * still be read by name, as opencode does for the clients of its plugins, but is not enumerated. The copy
 * that the kernel shows in `/proc` is overwritten. Where something of this does not work, the password
 * stays where it was and the server works all the same.
 */
export const HIDE_PASSWORD = `
const http = require("node:http");
const name = "OPENCODE_SERVER_PASSWORD";
const value = process.env[name];
delete process.env.BUN_INSPECT_PRELOAD;

function erase() {
  const { dlopen, toArrayBuffer } = require("bun:ffi");
  const getenv = { getenv: { args: ["cstring"], returns: "ptr" } };
  for (const library of ["libc.so.6", "libSystem.B.dylib", "libc.so"]) {
    try {
      const found = dlopen(library, getenv).symbols.getenv(Buffer.from(name + "\\0"));
      if (found) new Uint8Array(toArrayBuffer(found, 0, value.length)).fill(42);
      return;
    } catch {}
  }
}

let isHidden = false;
function hide() {
  if (isHidden || !value) return;
  isHidden = true;
  try {
    const hidden = { value, enumerable: false, writable: true, configurable: true };
    Object.defineProperty(process.env, name, hidden);
    erase();
    if (!Object.keys(process.env).includes(name)) console.log("${PASSWORD_HIDDEN}");
  } catch (error) {
    console.log("cannot hide the password: " + error);
  }
}

const { listen } = http.Server.prototype;
http.Server.prototype.listen = function (...args) {
  hide();
  return listen.apply(this, args);
};
const { serve } = Bun;
Bun.serve = (...args) => {
  hide();
  return serve(...args);
};
`;
