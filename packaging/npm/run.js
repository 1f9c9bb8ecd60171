#!/usr/bin/env node
// Runs the binary of this machine, which npm has installed as an optional dependency.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import process from "node:process";

const name = "feishu-opencode-bridge";
const platform = `${name}-${process.platform}-${process.arch}`;

function binary() {
  try {
    return createRequire(import.meta.url).resolve(`${platform}/bin/${name}`);
  } catch {
    process.stderr.write(
      `${name}: the package ${platform} is not installed. If this machine is one of Linux or macOS on ` +
        "x64 or arm64, install again, with optional packages. Otherwise run it from source\n",
    );
    process.exit(1);
  }
}

// Before it starts: a signal in between would end this process alone.
for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) {
  process.on(signal, () => child.kill(signal));
}
const child = spawn(binary(), process.argv.slice(2), { stdio: "inherit" });
child.on("error", (error) => {
  process.stderr.write(`${name}: ${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
