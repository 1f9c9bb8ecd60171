/** What is wrong with opencode, in English: in the log, in errors and on the terminal. */
export const opencodeEn = {
  noBackground: (file: string) => `its background service does not run, as there is no ${file}`,
  serviceAway: (url: string, why: string) =>
    `opencode's background service does not answer${url && ` at ${url}`} (${why}): start it with ` +
    "`opencode service start`, or clear OPENCODE_URL",
  opencodeAway: (server: string, why: string) =>
    `No opencode answers at ${server} (${why}): start it, or correct OPENCODE_URL and its password`,
  noOpencode: (command: string) =>
    `Cannot find ${command}: install opencode (npm install -g opencode-ai), or set OPENCODE_CMD to its path`,
  notExecutable: (command: string) =>
    `${command} is not an executable file: set OPENCODE_CMD to the path of opencode`,
  opencodeTooOld: (version: string, oldest: string, npmPackage: string) =>
    `opencode ${version} is too old: update it to ${oldest} or newer (npm install -g ${npmPackage})`,
  opencodeTooNew: (version: string, major: number, npmPackage: string) =>
    `opencode ${version} is newer than this program knows: update this program, or install opencode ` +
    `${major}.x (npm install -g ${npmPackage}@${major})`,
  notOpencode: (url: string, why: string) =>
    `What answers at ${url} is no opencode that this program knows (${why}): correct OPENCODE_URL, ` +
    "or end the program that uses this port",
  sentPage: "it sent a web page",
  sentNoVersion: "it did not say its version",
  knowsNoPath: "it knows none of opencode's addresses",
  wrongPassword: (url: string) =>
    `The server at ${url} refuses our password: correct the user name and the password in OPENCODE_URL`,
  sentElsewhere: (url: string, to: string) =>
    `${url} leads${
      to && ` to ${to}`
    }, where no password is sent: set OPENCODE_URL to the server's own address`,
  ownPasswordRefused:
    "opencode refuses the password that it was started with: set OPENCODE_CMD to opencode itself, and not to a " +
    "script with an OPENCODE_SERVER_PASSWORD of its own",
  commandNotOpencode: (why: string) =>
    `What OPENCODE_CMD starts is no opencode that this program knows (${why}): set it to the path of opencode`,
  servesEverybody:
    "opencode serves everybody, without its password: update it, or set OPENCODE_CMD to opencode itself",
  opencodeNotUp: (seconds: number, why: string, log: string) =>
    `opencode did not come up within ${seconds} s (${why}): see ${log}`,
  opencodeSilent: "it does not say that it listens",
  opencodeEnded: (code: number, lines: string) =>
    `opencode ended at start with code ${code}: ${lines}`,
  timedOut: "it timed out",
};
