/** The sentences about files that are sent to the chat. */
export type FileTexts = typeof filesEn;

/** The sentences about files that are sent to the chat, in English. */
export const filesEn = {
  getWhat: "Name a file: `/get <path>`.",
  getOutside: (directory: string, temporary?: string) =>
    temporary === undefined
      ? `Only files in ${directory} can be sent.`
      : `Only files in ${directory}, and your own in ${temporary}, can be sent.`,
  getNoFile: (path: string) => `There is no file ${path}.`,
  noRoomToSend: (path: string) =>
    `There is no room for ${path}: files that wait to be sent fill BRIDGE_KEEP_FILES_MB. Send it again later.`,
  filesBelow: "See the files below.",
  notSent: (path: string, why: string) => `${path} was not sent: ${why}`,
  tooManyFiles: (max: number) => `At most ${max} files are sent in one turn.`,
};
