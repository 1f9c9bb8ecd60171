import { opencodeEn } from "./opencode_en.ts";
import { scriptsEn } from "./scripts_en.ts";
import { updateEn } from "./update_en.ts";
import { duration } from "../base/time/duration.ts";

/** Every sentence that a person reads on the terminal, the command line's own apart (`usage.ts`). */
export type TerminalTexts = typeof terminalEn;

/** The name of a check of `doctor`, and what to do when it fails. */
const check = (name: string, todo: string) => ({ name, todo });

/** The terminal's sentences in English. */
export const terminalEn = {
  ...opencodeEn,
  ...scriptsEn,
  ...updateEn,
  /** What went wrong below the command line, which says it in English. */
  reason: (english: string) => english,
  bridgeReady: (pid: number) => `bridge ready (pid ${pid})`,
  agentDirectory: (path: string) => `directory: ${path}`,
  logFile: (path: string) => `log: ${path}`,
  settingsFile: (path: string) => `settings: ${path}`,
  alreadyRuns: (pid: number) => `A bridge already runs (pid ${pid}): start --force replaces it`,
  didNotStart: (why = "it ended without a word") => `The bridge did not start: ${why}`,
  notReady: (seconds: number, why = "nothing is known to be wrong, `status` tells when it is") =>
    `The bridge runs, but is not ready after ${seconds} s. It keeps trying: ${why}`,
  bridgeStopped: "bridge stopped",
  leftoverStopped: "no bridge runs; the opencode that one left behind is stopped",
  noBridge: "no bridge runs",
  bridgeRuns: (pid: number, ms: number, ready: boolean) =>
    `bridge runs (pid ${pid}) for ${duration(ms)}${ready ? "" : ", not ready yet"}`,
  opencodeLine: (name: string, why: string) =>
    why === "" ? `opencode: reachable (${name})` : `opencode: not reachable (${why})`,
  moving: (values: number) => `${values} values copied`,
  moved: (values: number, from: string, to: string) =>
    `${values} values copied from ${from} to ${to}, and read back`,
  setKv: (url: string, file: string) =>
    `Now set BRIDGE_KV=${url} and DENO_KV_ACCESS_TOKEN in ${file}, and start the bridge. The old state stays as it is.`,
  unsetKv:
    "Now remove BRIDGE_KV from the settings, and start the bridge. The server keeps its state.",
  moveBroken: (why: string) =>
    `The server has been away for too long (${why}): run the same command again, it begins anew`,
  codeInLogs: "Nobody is paired yet: send the bot the pairing code that `logs` shows",
  sendCode: (code: string, minutes: number) =>
    `Nobody is paired yet: send the bot the code ${code} within ${minutes} minutes`,
  because: (why: string) => ` (${why})`,
  noLog: (path: string) => `There is no log yet: ${path}`,
  keptByService: (command: string) =>
    `The service keeps this bridge running. To stop it, run: ${command}`,
  cannotEnd: (pid: number) =>
    `The bridge (pid ${pid}) does not end, not even by force: it waits for a disk, or it is another user's`,
  stopBridgeFirst: (pid: number) => `A bridge already runs (pid ${pid}): stop it first`,
  installed: (file: string) => `installed ${file}`,
  systemUnit: (name: string, files: string) =>
    `Save this as /etc/systemd/system/${name}.service, and make these files:
${files}
Then run sudo systemctl enable --now ${name}`,
  removed: (file: string) => `removed ${file}`,
  noService: (file: string) => `no service is installed: there is no ${file}`,
  notStarted: "The service is not installed, and nothing was changed",
  goesOn: (pid: number, command: string) =>
    `The service is removed, but its bridge goes on (pid ${pid}), because the service manager does not ` +
    `answer. Log in as this user, and run: ${command}`,
  serviceToo: (file: string) =>
    `A service is installed for this state directory too (${file}): only one of both can run`,
  serviceDown: "the service is installed, but does not run: see service status, and logs",
  systemdRemedy:
    "Log in as this user, not by su or sudo, and install again; or use service install --system",
  systemdAccess: "log in as this user, not by su or sudo, and try again",
  launchdAccess: "log in on the screen of this Mac as this user, and try again",
  noManager: (command: string) =>
    `There is no ${command} on this machine, so nothing was done: start runs the bridge in the background ` +
    "until the machine goes down",
  managerAway: (why: string, todo: string) =>
    `The service manager does not answer (${why}): ${todo}`,
  settingsStay: (file: string) => `the settings stay: ${file}`,
  launchdRemedy: "Log in on the screen of this Mac as this user, and install again",
  lingerHint: "to keep it running after you log out: loginctl enable-linger",
  loginHint: "it starts when you log in",
  noHome: "HOME is not set, so there is no place for a service",
  commandFailed: (command: string, why: string) => `${command} failed: ${why}`,
  notInstalled: "it is not installed on this machine",

  installingOpencode: (version: string, dir: string) =>
    `installing opencode ${version} in ${dir} (once, about 350 MB)…`,
  noNpm: (command: string) =>
    `Cannot find ${command}, nor npm to install it: install opencode, or set OPENCODE_CMD to its path`,
  npmFailed: (why: string) => `npm cannot install opencode-ai: ${why}`,

  openToAll: [
    "!!! EVERYONE who can reach the bot can run programs on this computer: FEISHU_ALLOWED_USERS is empty",
    "!!! Set it to your open_id (ou_…) or to pair, and start again. Set it to * if you want it so",
  ],
  defaultProfile: "(default)",
  profileState: (pid?: number, service = false) =>
    pid !== undefined ? `runs (pid ${pid})` : service ? "stopped (service installed)" : "stopped",
  nobodyPaired: "nobody is paired",
  pairedLine: (openId: string, since: number, isFirst: boolean) =>
    `${openId}${since > 0 ? `  ${new Date(since).toISOString()}` : ""}${
      isFirst ? "  (first)" : ""
    }`,
  notPairing: "FEISHU_ALLOWED_USERS is not pair, so these people get in only if it says so",
  notPaired: (openId: string) => `${openId} is not paired: see pair list`,
  unpaired: (openId: string) => `${openId} may no longer use the bot`,
  notUnpaired: (pid: number) =>
    `The bridge (pid ${pid}) does not answer. It takes this person out when it is started again`,

  checks: {
    settings: check("settings", "set it in the env file, or run setup"),
    users: check(
      "users",
      "set FEISHU_ALLOWED_USERS to your open_id or to pair; * if you want it so",
    ),
    state: check("state directory", "make it writable for you, or set BRIDGE_STATE_DIR"),
    disk: check("disk", "free up space"),
    opencode: check("opencode", "npm install -g opencode-ai, or set OPENCODE_CMD to its path"),
    model: check("model", "configure one: opencode auth login"),
    asks: check("ask rules", ""),
    voice: check("voice", "correct BRIDGE_STT_URL, BRIDGE_STT_KEY or BRIDGE_STT_MODEL"),
    undelivered: check("undelivered", "start the bridge to send them"),
    calls: check(
      "Feishu calls",
      "set BRIDGE_CALLS=thrifty, or get a plan for the tenant that allows more",
    ),
    version: check("version", "run update"),
    network: check("network", "check the internet connection, HTTPS_PROXY and FEISHU_DOMAIN"),
    clock: check("clock", "set the computer's clock"),
    credentials: check(
      "app id and secret",
      "copy both again from Credentials & Basic Info in the developer console",
    ),
    bot: check("bot", "add the Bot feature to the app, and publish a version"),
    scopes: check(
      "scopes",
      "run setup --repair, or add them under Permissions & Scopes, and publish a version",
    ),
    extras: check(
      "extras",
      "to have them, run setup --repair, or add the scopes under Permissions & Scopes, and publish a version",
    ),
    connection: check("long connection", "see the network check above"),
    instances: check(
      "only connection",
      "stop the other programs that use this app, on other computers too",
    ),
    events: check(
      "messages arrive",
      "under Event Configuration choose “Receive events through persistent connection”, add " +
        "im.message.receive_v1, and publish a version; stop other programs that use this app",
    ),
    callbacks: check(
      "buttons arrive",
      "under Callback Configuration choose “Receive callbacks through persistent connection”, add " +
        "card.action.trigger, and publish a version",
    ),
    consumers: check(
      "no other program",
      "stop the other program that uses this app: it takes messages away",
    ),
  },
  /** What to do about trouble that any check can have. */
  remedies: {
    certificate:
      "if this network signs with a certificate of its own, set NODE_EXTRA_CA_CERTS to " +
      "a file with it (PEM)",
    proxy:
      "correct HTTPS_PROXY, or ALL_PROXY, which takes precedence (http://HOST:PORT or socks5://HOST:PORT, " +
      "a user and password before the host), or exempt the host with NO_PROXY",
    configuration:
      "correct opencode's configuration: opencode.json in its directory or in ~/.config/opencode",
    startByHand: "run `opencode serve` in that directory, and see what it says",
    loopback: "opencode needs the address 127.0.0.1 of this machine: set up its loopback for IPv4",
    kv: "check that the server runs, and that BRIDGE_KV and DENO_KV_ACCESS_TOKEN are its own",
    voiceClearText: "recordings and the key can be read on the way: use https",
    clearText: "what is stored can be read on the way: use https, or a tunnel such as WireGuard",
    writable: "make it writable, and set TMPDIR to a directory where you may write",
  },
  /** One line of `doctor`. */
  finding: (name: string, text: string) => `${name}: ${text}`,
  /** Where a setting comes from. */
  origins: { option: "command line", environment: "environment", file: "env file" },
  theEnvironment: "the environment",
  originDefault: "default",
  hidden: "(hidden)",
  correctOption: "correct this option",
  correctVariable: (name: string) => `correct the environment variable ${name}`,
  correctIn: (file: string) => `correct it in ${file}`,
  notSetUp: "not set up, so voice messages are not read",
  fine: "ok",
  skipped: "not checked",
  skippedWithoutTerminal: "not checked: for this, run doctor on a terminal, without --json",
  skippedWithBridge: (pid: number) =>
    `not checked: the bridge (pid ${pid}) takes what arrives; stop it, and run doctor on a terminal`,
  noServer: (url: string, why: string) => `${url} does not answer: ${why}`,
  startService: "start opencode's background service: opencode service start",
  opencodeNews: (found: string, news: string) =>
    `${found}; it sends what this program does not know, and ignores: ${news}`,
  updateThis: "update this program, if something is missing in the chat",
  startServer: "start that opencode server, or correct OPENCODE_URL and its password",
  everyone: "everyone who can reach the bot may use it",
  usedBy: (dir: string, pid: number) => `${dir}, used by the bridge (pid ${pid})`,
  envFileUnused: (file: string) => `${file} is not used, because it does not name FEISHU_APP_ID`,
  envFileOpen: (file: string, mode: string) => `others can read or change ${file} (mode ${mode})`,
  noSetting: (name: string, file: string) => `${name} in ${file} is no setting, and has no effect`,
  junkLine: (line: number, file: string) =>
    `line ${line} of ${file} is no NAME=value, and has no effect`,
  junkTodo: "correct or remove it",
  meantSetting: (name: string | undefined) =>
    name === undefined ? "remove it: --help lists the settings" : `did you mean ${name}?`,
  freeSpace: (mb: number) => `${mb} MB free`,
  freeSpaceUnknown: "df does not say how much is free",
  freeModel: "no model of your own: opencode would use its free one, over the internet",
  noRules: "none",
  messages: (n: number) => `${n} message${n === 1 ? "" : "s"}`,
  clockSkew: (seconds: number) => `${seconds} s away from Feishu's`,
  missingScopes: (scopes: string) => `missing: ${scopes}`,
  /** What fails without scopes, by what they are for. */
  features: {
    send: "it cannot answer",
    direct: "direct messages do not arrive",
    mentions: "mentions in groups do not arrive",
    read: "quotes, files and missed messages cannot be read",
    readGroups:
      "in groups only mentions arrive, and quotes, forwards and missed messages cannot be read (an " +
      "administrator grants it)",
    reactions: "no reactions",
    files: "no files and pictures from the agent",
    typing: "answers grow in steps",
    slashPanel: "no commands in Feishu's slash panel",
    buzz: "`/notify buzz` sends a ping without a buzz",
    onTop: "the chat is not put on top while something is asked",
    divider: "no line at /new",
    joined: "no greeting when it joins a group",
    names: "the agent reads ids in place of people's names, and so does `chats`",
    groupNames: "`send`, `ask` and `chats` know groups by their ids only",
  },
  without: (scopes: string, what: string) => `without ${scopes}: ${what}`,
  onlyConnection: "no other program holds one",
  otherConnections: (n: number) =>
    `${n} more connection${n === 1 ? "" : "s"} of this app: messages get lost to ${
      n === 1 ? "it" : "them"
    }`,
  heldBy: (pid: number) => `held by the bridge (pid ${pid})`,
  connectionDown: (why: string) => `down: ${why}`,
  sendHi: (bot: string, seconds: number) => `  Send “hi” to ${bot} in Feishu now (${seconds} s)…`,
  nothingCame: "nothing came",
  pressCard: "Press the button.",
  press: "Press",
  pressNow: (seconds: number) => `  Press the button under the bot's answer now (${seconds} s)…`,
  pressed: "It works.",
  sendMore: (seconds: number) => `  Send two more messages (${seconds} s)…`,
  stolen: (n: number, of: number) => `${n} of ${of} messages went to another program`,
  tooFewMessages: "not proven: fewer than three messages were sent",

  scan: "Scan this with the Feishu or Lark app on your phone:",
  openLink: (url: string, minutes: number) => `or open ${url} (valid for ${minutes} min)`,
  codeExpired: "The QR code has expired: run setup again",
  declined: "The request was declined in Feishu: run setup again, or setup --manual",
  setupFailed: (why: string) => `Feishu did not create the app (${why}): try setup --manual`,
  repairFailed: (why: string, url: string) =>
    `Feishu did not change the app (${why}): add what is missing by hand on ${url}, see the README`,
  setupAway: (host: string, why: string) =>
    `Cannot reach ${host} (${why}): check the internet connection and HTTPS_PROXY, and try again`,
  repairedOther: (changed: string, wanted: string) =>
    `${changed} was changed, and not ${wanted}, which the settings name: scan again and choose that one`,
  createByHand: (url: string) => `Create a custom app with a bot on ${url}, see the README.`,
  askAppId: "App id (cli_…): ",
  askAppSecret: "App secret (not shown): ",
  notVerified: (why: string) => `The id and the secret are not verified (${why})`,
  usersStay: (users: string) => `FEISHU_ALLOWED_USERS stays: ${users}`,
  backedUp: (file: string) => `The old settings are kept: ${file}`,
  written: (file: string) => `Written to ${file}.`,
  greeted: "The bot has written to you in Feishu.",
  botChat: (link: string) => `The chat with the bot, once it is published: ${link}`,
  /** What the bot writes to the owner of its new app. */
  greeting: (directory: string) =>
    `Hello! I connect you to the coding agent opencode on your computer, in \`${directory}\`. Once ` +
    "`feishu-opencode-bridge start` has run there, write here what you need. /help lists the commands.",
  /** What remains to be done by hand in the developer console. */
  nextSteps: (page: string, events: string, callbacks: string) =>
    [
      "Now do this:",
      "  1. start (the console saves the next step only while the bridge is connected)",
      `  2. ${page}/event: “Receive events through persistent connection”, and add ${events}`,
      `  3. ${page}/event?tab=callback: “Receive callbacks through persistent connection”, and add ${callbacks}`,
      `  4. ${page}/version: publish a version`,
      "  5. send the bot the code that start shows, then run doctor",
    ].join("\n"),
  publish: (url: string) => `If the bot does not answer yet, publish a version of the app: ${url}`,
  attachNoTerminal: "attach opens opencode's terminal UI, which needs a terminal: run it in one",
  attachNoServer:
    "No opencode of this bridge runs: start the bridge first, or name its --state-dir",
  attachLost: (session: string) =>
    `opencode does not have the session ${session} any more: /here in the chat prints the command for the present one`,
  attachNoChat: (chat: string) =>
    chat === ""
      ? "No chat has a session yet: write to the bot first"
      : `No chat ${chat} has a session: /here in the chat prints the command`,
  attachWhich: (n: number) => `${n} sessions could be meant. Say which:`,
};
