/** The sentences about new versions of this program in the chat. */
export type ChatUpdateTexts = typeof chatUpdateEn;

/** The sentences about new versions of this program in the chat, in English. */
export const chatUpdateEn = {
  chatUpdateFirstOnly: "Only the first user of this bot may update it.",
  chatUpdateNewest: (own: string): string => `${own} is the newest version.`,
  chatUpdateRefused: (why: string): string => `Nothing can be installed from here. ${why}`,
  chatUpdateTitle: (to: string): string => `Version ${to}`,
  chatUpdateAsk: (to: string, own: string): string =>
    `Version ${to} of the bridge is available; this is ${own}. Install it, and restart the bridge?`,
  chatUpdateInterrupts: (n: number): string =>
    `⚠️ ${n} turn${n === 1 ? "" : "s"} would be interrupted.`,
  chatUpdateYes: "Update",
  chatUpdateNo: "Not now",
  chatUpdateBegun: (to: string): string =>
    `Installing version ${to}. You are told here how it went.`,
  chatUpdateLater: "Not updated.",
  chatUpdated: (to: string): string => `Updated: this is version ${to} now.`,
  chatUpdateBack: (to: string, own: string): string =>
    `Version ${to} did not come into use: ${own} runs. The bridge's log says why.`,
  chatUpdateFailed: (to: string, why: string): string => `Version ${to} was not installed: ${why}`,
  chatUpdateByHand: (to: string): string =>
    `Version ${to} is installed. Start the bridge again on its computer to use it.`,
};
