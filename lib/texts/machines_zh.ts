import { durationZh as duration } from "./duration_zh.ts";
import type { machinesEn } from "./machines_en.ts";

/** The sentences about the machines that share the bot, in Chinese. */
export const machinesZh: typeof machinesEn = {
  oneMachine: "机器人只在一台电脑上运行。要用多台，请在每台上设置 `BRIDGE_KV`。",
  thisChat: "当前聊天",
  machineIsUp: "在线",
  machineIsStopped: (ms) => `已停止 ${duration(ms)}`,
  machineIsSilent: (ms) => `${duration(ms)}没有响应`,
  machineIsAway: (ms) => `已离线 ${duration(ms)}`,
  machineRuns: (turns) => `正在运行 ${turns} 个任务`,
  howToMove: "发送 `/on` 加名称，可把当前聊天换到那台电脑。",
  moveTo: (name) => `换到 ${name}`,
  noSuchMachine: (name) => `没有名为 \`${name}\` 的电脑。发送 /machines 查看列表。`,
  machineNotUp: (name) => `\`${name}\` 现在没有响应。发送 /machines 查看在线的电脑。`,
  hereAlready: (name) => `当前聊天就在 \`${name}\` 上。`,
  movesTo: (name, directory) =>
    `当前聊天换到 \`${name}\`，目录为 ${directory}。这里的会话会保留，可用 \`/on\` 换回来。`,
  movesAfter: (name) => `当前任务结束后，聊天会换到 \`${name}\`，排队的任务也会一起过去。`,
  filesNotFetched: (names) => `这些文件在之前的电脑上，无法重新下载：${names}。请重新发送。`,
  staysHere: (name) => `\`${name}\` 已离线，聊天留在这台电脑上。请稍后再试 /on。`,
  machineAway: (name, ms, canPress) =>
    `\`${name}\` 已离线 ${duration(ms)}。你的任务会在它恢复后运行，也可以换到别处运行：${
      canPress ? "点击按钮，或" : ""
    }发送 \`/on\` 加名称。`,
  runInstead: (name) => `改在 ${name} 上运行`,
  statusMachine: (name) => `电脑：${name}`,
};
