/**
 * What the command line says about itself: `--help`, and mistakes in what was typed. It is English only,
 * because the language is a setting, and settings are read after the command line.
 */
export const usage = {
  summary: "Drives the opencode coding agent on this machine from a Feishu/Lark chat.",
  synopsis: "Usage: feishu-opencode-bridge [command] [options]",
  commandSynopsis: (command: string) => `Usage: feishu-opencode-bridge ${command} [options]`,
  commandsTitle: "Commands (help COMMAND tells the options of one):",
  optionsTitle: "Options:",
  settingsTitle: "Settings, from the environment or an env file:",
  optionOf: (command: string, doc: string) => `with ${command}: ${doc}`,
  settingDefault: (doc: string, fallback: string) => `${doc} Default: ${fallback}`,

  /** One line for each command, by its name. */
  commands: {
    run: "run the bridge in the foreground (the default)",
    start: "run the bridge in the background",
    stop: "stop the bridge in the background, and its opencode",
    status: "show whether the bridge runs, and how it is doing",
    logs: "show the bridge's log",
    doctor: "check every link from the settings to the chat, and say how to fix a broken one",
    setup: "create the Feishu app by scanning a QR code, and write .env",
    service: "install, uninstall or status: the bridge as a service of systemd or launchd",
    pair: "list, or remove an open_id: who was let in by a pairing code",
    attach: "open opencode's own terminal UI in the session of a chat (NAME or id)",
    send: "a message, a file or both from a script into a chat (-: text from standard input)",
    ask: "run a prompt in a chat, and print the answer (-: prompt from standard input)",
    chats: "list the chats that send, ask and attach know, with names and ids",
    kv: "move: copy the state to a shared Deno KV, or back",
    profiles:
      "list the bridges of this machine by profile: whether each runs, its app and directory",
    config: "show: each setting, its value, and where that comes from",
    update: "install the newest release in this one's place, and restart the bridge with it",
    demo: "try everything on this machine, without a Feishu account",
    completions: "bash, zsh or fish: print a script that completes this command line",
  },
  /** One line for each option, by its name. */
  options: {
    "cwd": "the directory that the agent sees",
    "env-file": "settings (default: ./.env if it names FEISHU_APP_ID, else <state dir>/.env)",
    "state-dir": "where state is kept",
    "profile": "one of several bridges on this machine: its own state, settings, log and service",
    "opencode-url": "use a running opencode server",
    "log-level": "error, warn, info (the default) or debug",
    "log-format": "text (the default) or json",
    "chat": "the name of a chat, person or topic, or an id",
    "file": "a file to send",
    "id": "requests with the same id are one (remembered for 7 days; default: a new one)",
    "timeout": "how long to wait for the answer (default 3600)",
    "check": "only say whether there is a new version; exits with 3 then",
    "force": "replace a bridge that already runs",
    "follow": "keep printing as the log grows (-f)",
    "lines": "how many lines of the log's end (-n; default 200)",
    "offline": "check only what is on this machine",
    "json": "print what was found as JSON",
    "manual": "ask for the id and secret of an app that you have created",
    "repair": "add to the app of the settings what it lacks, by scanning a QR code",
    "system": "only print a unit for the whole system",
    "dry-run": "only print what it would write",
    "to": "the server that the state of this machine is copied to",
    "from": "the server whose state is copied to this machine",
    "overwrite": "delete the state that is there already",
    "once": "send one message, print the answer, and exit",
    "scripted": "use the scripted model, even if you have one of your own",
    "version": "print the version (-V)",
    "help": "print this help (-h)",
  },

  exitCodesTitle: "Exit codes:",
  exitCodes: {
    success: "success",
    failure: "a failure",
    mistake: "a mistake in what was typed, or in the settings",
    noBridge: "no bridge runs",
    newVersion: "--check has found a new version",
    notConnected: "the bridge has no connection to Feishu",
    cancelled: "the turn was cancelled in the chat",
    unanswered: "the turn ended because nobody answered what the agent asked",
    timedOut: "no answer within --timeout; the turn goes on",
    interrupted: "Ctrl-C ended the command early",
    waitEnded: "Ctrl-C ended the wait; the turn goes on",
  },

  unknownCommand: (name: string, hint: string) => `Unknown command ${name}: ${hint}`,
  unknownOption: (name: string, hint: string) => `Unknown option ${name}: ${hint}`,
  didYouMean: (name: string) => `did you mean ${name}?`,
  helpListsThem: "--help lists them",
  unexpectedArgument: (text: string, command: string) =>
    `Unexpected argument "${text}" after "${command}"`,
  needsValue: (option: string, value: string) =>
    `Option --${option} needs a value: --${option} ${value}`,
  repeated: (option: string) => `Option --${option} is given twice: say it once`,
  takesNoValue: (option: string) => `Option --${option} takes no value`,
  belongsTo: (option: string, command: string) =>
    `Option --${option} belongs to the command ${command}`,
  notAllowed: (option: string, text: string, allowed: string) =>
    `Option ${option} is "${text}": it must be ${allowed}`,
  unknownAction: (text: string, command: string, actions: string) =>
    `Unknown action "${text}" of ${command}: it must be ${actions}`,
  missingAction: (command: string, actions: string) => `Say what to do: ${command} ${actions}`,
  notACount: (text: string) => `Option --lines is "${text}": it must be a whole number`,
  runSetup: (profile: string | undefined) =>
    "There are no settings yet, FEISHU_APP_ID and FEISHU_APP_SECRET are missing: run " +
    `${
      profile === undefined ? "setup" : `setup --profile ${profile}`
    }, which makes the Feishu app ` +
    "(demo tries everything without one)",
  removeWhom: "Say whom: pair remove ou_… (pair list shows them)",
  moveWhere: "Say where: kv move --to URL, or kv move --from URL (the URL of a Deno KV server)",
  moveToken: "DENO_KV_ACCESS_TOKEN is missing: set it to the access token of the server",
  notAProfile: (text: string) =>
    `Option --profile is "${text}": it must be 1 to 32 small letters a to z, digits, - or _, and begin ` +
    "with a letter or a digit",
  profileAndStateDir:
    "Say either --profile or --state-dir: a profile has a state directory of its own",
  noProfile: (name: string, hint: string) => `There is no profile ${name}: ${hint}`,
  setupMakesIt: (name: string) =>
    `setup --profile ${name} makes it (profiles lists those that exist)`,
  chatMissing: (command: string) => `Say where: ${command} --chat NAME (chats lists them)`,
  textMissing: (command: string) =>
    `Say what: ${command} --chat NAME TEXT, or - to read it from standard input`,
  idTooLong: (max: number) =>
    `Option --id must have at most ${max} characters, and no control characters`,
  notSeconds: (text: string) =>
    `Option --timeout is "${text}": it must be a whole number of seconds, 1 or more`,
  envValueUnwritable: (name: string) =>
    `Cannot write the value of ${name} into an env file: it mixes quotes, backslashes, line breaks or ` +
    "control characters in a way that is not read back the same. Set it in the environment",
  envFileBroken: (name: string) =>
    `Cannot set ${name} in the env file: a line before it has a quote without an end`,
  envFileUnreadable: (file: string, why: string) => `Cannot read the env file ${file}: ${why}`,
  envFileUnwritable: (file: string, why: string) =>
    `Cannot write the env file ${file}: ${why}. Name another with --env-file, or set BRIDGE_STATE_DIR`,
  offLimits: "it belongs to the system",
  envFileRefused: (names: string, file: string, better: string) =>
    `${names}: refused from ${file}, which lies inside the agent's directory and may have come with ` +
    `the project. Move them to ${better} or the environment, or say --env-file ${file}`,
  projectsApp: (file: string) =>
    `FEISHU_ALLOWED_USERS is not set, and ${file}, which names the app, lies inside the agent's ` +
    `directory and may have come with the project. Set it, or say --env-file ${file}`,
  setupInProject: (file: string) =>
    `${file} names an app, and lies inside the agent's directory, where most settings are refused. ` +
    `Remove FEISHU_APP_ID from it, or say --env-file ${file}`,
  repairOrManual: "Say either --repair or --manual: only one of them changes the app",
  cwdInState: (option: string, cwd: string) =>
    `${option} is "${cwd}": it must not lie inside the state directory, which is private`,
  cwdOutsideRoots: (option: string, cwd: string) =>
    `${option} is "${cwd}": it must lie below one of the directories of BRIDGE_ROOTS`,
  outputLost: (why: string) => `Cannot write all of the output: ${why}`,
  warning: (text: string) => `Warning: ${text}`,
  noHome: (variable: string) => `HOME is not set: set it, or ${variable} to a directory of yours`,
  certificatesUnreadable: (name: string, path: string) =>
    `${name} names ${path}, which cannot be read: its certificates do not count`,
  settingsFrom: (file: string | undefined) => `settings = ${file ?? "the environment only"}`,
  demoAsks: "The agent waits for an answer. Run demo without --once, and answer on its page",
  demoNotDone: "The turn was not done",
};
