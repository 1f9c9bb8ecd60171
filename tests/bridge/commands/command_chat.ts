import { assert } from "@std/assert";
import type { CommandRequest, CommandResult } from "../../../lib/bridge/commands/command.ts";
import { parseText } from "../../../lib/bridge/commands/parse.ts";
import { COMMANDS } from "../../../lib/bridge/commands/table.ts";
import type { ConversationRecord, ConversationUpdate } from "../../../lib/model/conversation.ts";
import type { View } from "../../../lib/model/view.ts";
import { texts } from "../../../lib/texts/texts.ts";

/** Parts of what a command is given; each may be only as much of itself as the command uses. */
export type CommandParts = Partial<Record<keyof CommandRequest, unknown>> & {
  readonly message?: object;
  readonly conversation?: object;
};

/** What a command has answered. */
export interface CommandReply {
  /** The text of the first message; empty if there is none. */
  readonly text: string;
  /** The first message. */
  readonly view: View;
  readonly result: CommandResult;
}

/**
 * A direct chat in which commands are sent. A command gets what it is given here, in English, and nothing else: one
 * that uses more fails. Its changes of the record are kept, as a conversation would.
 */
export class CommandChat {
  record: ConversationRecord;
  readonly #parts: CommandParts;

  constructor(parts: CommandParts = {}, record: Partial<ConversationRecord> = {}) {
    this.#parts = parts;
    this.record = {
      key: "oc_1",
      chatId: "oc_1",
      chatType: "p2p",
      directory: "/work",
      ...record,
    };
  }

  /** Sends a command as a person, `ou_1` by default, types it. */
  async send(text: string, parts: CommandParts = {}): Promise<CommandReply> {
    const parsed = parseText(text);
    assert(parsed.kind === "command", `${text} is no command`);
    return await this.run(parsed.name, parsed.argument, parts);
  }

  /** Runs a command by its name, whatever its pattern allows. */
  async run(name: string, argument: string, parts: CommandParts = {}): Promise<CommandReply> {
    const command = COMMANDS[name];
    assert(command, `there is no command ${name}`);
    const save = (update: ConversationUpdate) => Promise.resolve(this.record = update(this.record));
    const request = {
      texts: texts("en"),
      commands: COMMANDS,
      signal: new AbortController().signal,
      ...this.#parts,
      ...parts,
      argument,
      message: {
        sender: "ou_1",
        chatId: "oc_1",
        chatType: "p2p",
        ...this.#parts.message,
        ...parts.message,
      },
      conversation: {
        record: this.record,
        save,
        ...this.#parts.conversation,
        ...parts.conversation,
      },
    } as unknown as CommandRequest;
    const result = await command.run(request);
    if (result.update) this.record = result.update(this.record);
    const { answer = "" } = result;
    const [view = { status: "plain" } as const] = typeof answer === "string"
      ? [{ status: "plain", text: answer } as const]
      : answer;
    return { text: view.text ?? "", view, result };
  }
}
