import { duration } from "../base/time/duration.ts";

/** The sentences about the machines that share the bot, in English. */
export const machinesEn = {
  oneMachine: "This bot runs on one machine. For several, set `BRIDGE_KV` on each of them.",
  thisChat: "this chat",
  machineIsUp: "up",
  machineIsStopped: (ms: number) => `stopped ${duration(ms)} ago`,
  machineIsSilent: (ms: number) => `silent for ${duration(ms)}`,
  machineIsAway: (ms: number) => `away for ${duration(ms)}`,
  machineRuns: (turns: number) => turns === 1 ? "1 turn runs" : `${turns} turns run`,
  howToMove: "`/on` and a name moves this chat to that machine.",
  moveTo: (name: string) => `To ${name}`,
  noSuchMachine: (name: string) => `There is no machine \`${name}\`. /machines lists them.`,
  machineNotUp: (name: string) => `\`${name}\` does not answer now. /machines lists those that do.`,
  hereAlready: (name: string) => `This chat is on \`${name}\`.`,
  movesTo: (name: string, directory: string) =>
    `This chat continues on \`${name}\`, in ${directory}. What it has here stays: \`/on\` brings you back.`,
  movesAfter: (name: string) =>
    `This chat goes to \`${name}\` as soon as the running turn has ended. What waits goes along.`,
  filesNotFetched: (names: string) =>
    `These files are on the machine that had this chat, and could not be loaded again: ${names}. Send them again.`,
  staysHere: (name: string) =>
    `\`${name}\` went away, so this chat stays here. Try /on again later.`,
  machineAway: (name: string, ms: number, canPress: boolean) =>
    `\`${name}\` has been away for ${
      duration(ms)
    }. What you asked for runs when it is back, or elsewhere: ` +
    `${canPress ? "press a button, or " : ""}send \`/on\` and a name.`,
  runInstead: (name: string) => `Run on ${name} instead`,
  statusMachine: (name: string) => `Machine: ${name}`,
};
