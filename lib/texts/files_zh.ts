import type { FileTexts } from "./files_en.ts";
import { reasonZh } from "./reasons_zh.ts";

/** The sentences about files that are sent to the chat, in Chinese. */
export const filesZh: FileTexts = {
  getWhat: "请写明文件：`/get <路径>`。",
  getOutside: (directory, temporary) =>
    temporary === undefined
      ? `只能发送 ${directory} 里的文件。`
      : `只能发送 ${directory} 里的文件，以及 ${temporary} 里属于你的文件。`,
  getNoFile: (path) => `文件 ${path} 不存在。`,
  noRoomToSend: (path) =>
    `${path} 放不下：等待发送的文件已占满 BRIDGE_KEEP_FILES_MB 的空间。请稍后再发送。`,
  filesBelow: "文件见下方消息。",
  notSent: (path, why) => `未发送 ${path}：${reasonZh(why)}`,
  tooManyFiles: (max) => `一次任务最多发送 ${max} 个文件。`,
};
