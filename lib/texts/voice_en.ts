import { duration } from "../base/time/duration.ts";

/** The sentences about voice messages, in English. */
export const voiceEn = {
  voiceUnset:
    "Voice messages are not read here yet. Send text; or set BRIDGE_STT_URL on the computer to an endpoint " +
    "that turns speech into text (see the README).",
  voiceTitle: "Voice message",
  voiceRun: "Run",
  voiceDrop: "Drop",
  voiceRunning: "Running.",
  voiceCorrected: "Running with your words.",
  voiceDropped: "Dropped.",
  howToCorrect: "To correct it, reply to this message with the right words: they run instead.",
  voiceInFile: (chars: number) => `${chars} more characters are in the file above.`,
  voiceSilent: "Nothing was heard in this voice message. Send it again, or write.",
  voiceTooLong: (ms: number, most: number) =>
    `This voice message is ${duration(ms)} long, and at most ${
      duration(most)
    } can be read. Send shorter ones.`,
  voiceTooLarge: (bytes: number, most: number) =>
    `This voice message has ${megabytes(bytes)} MB, and at most ${
      megabytes(most)
    } MB can be read. Send shorter ones.`,
  voiceFailed: (why: string) =>
    `This voice message could not be read: ${why}. Send it again later, or write.`,
  statusVoice: (name: string) => `Voice: ${name}`,
};

/** Bytes as MB, rounded up. */
export function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1024 ** 2);
}
