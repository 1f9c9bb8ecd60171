import { durationZh as duration } from "./duration_zh.ts";
import { reasonZh } from "./reasons_zh.ts";
import { megabytes, type voiceEn } from "./voice_en.ts";

/** The sentences about voice messages, in Chinese. */
export const voiceZh: typeof voiceEn = {
  voiceUnset:
    "目前还不能识别语音消息。请发送文字；或在电脑上把 BRIDGE_STT_URL 设为语音转文字的接口（见 README）。",
  voiceTitle: "语音消息",
  voiceRun: "执行",
  voiceDrop: "丢弃",
  voiceRunning: "正在执行。",
  voiceCorrected: "已按你的文字执行。",
  voiceDropped: "已丢弃。",
  howToCorrect: "如需更正，请回复此消息并写下正确的文字，将改为执行它。",
  voiceInFile: (chars) => `其余 ${chars} 个字符见上方的文件。`,
  voiceSilent: "这条语音消息里没有听到内容。请重新发送，或改用文字。",
  voiceTooLong: (ms, most) =>
    `这条语音消息长 ${duration(ms)}，最多只能识别 ${duration(most)}。请分成较短的几条。`,
  voiceTooLarge: (bytes, most) =>
    `这条语音消息有 ${megabytes(bytes)} MB，最多只能识别 ${megabytes(most)} MB。请分成较短的几条。`,
  voiceFailed: (why) => `无法识别这条语音消息：${reasonZh(why)}。请稍后重新发送，或改用文字。`,
  statusVoice: (name) => `语音识别：${name}`,
};
