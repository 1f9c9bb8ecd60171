/** What the model reads. It is English whatever the language of the chat is. */
export const agentTexts = {
  rejected: "Rejected by the user in the chat. Do not try again; ask how to go on.",
  rejectedBySilence: "Nobody answered in time, so it was rejected. Do not try again.",
  attachedFile: (name: string, bytes: number, path: string) =>
    `[Attached file: ${name}, ${bytes} bytes, saved as ${path}]`,
  longMessage: (bytes: number, path: string) =>
    `[The message has ${bytes} bytes. This is its beginning; all of it is in ${path}]`,
  pictureUnreadable: "[The attached picture cannot be decoded; only its path is given.]",
  /** The answer to a question that the agent asked in a fence at the end of its text. */
  answer: (question: string, answer: string) => `${question}\n→ ${answer}`,
};
