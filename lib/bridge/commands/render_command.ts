import { RENDERINGS } from "../../model/settings.ts";
import { withPreference } from "../places/preferences.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { preferencePicker } from "./picker.ts";

/** The command about the form in which messages are drawn. */
export const renderCommand: Commands = {
  render: {
    usage: "/render <form>",
    argumentPattern: new RegExp(`^(${[...RENDERINGS, "default"].join("|")})?$`, "i"),
    hasPicker: true,
    current: ({ conversation }) => conversation.record.preferences?.render,
    run: render,
  },
};

/** Shows the form and offers the others, or changes it: the answer has it already. */
async function render(request: CommandRequest): Promise<CommandResult> {
  const { argument, conversation, texts } = request;
  const chosen = RENDERINGS.find((one) => one === argument.toLowerCase());
  // Stored first: the answer is drawn like that.
  if (argument !== "") await conversation.save(withPreference("render", chosen));
  const { preferences } = conversation.record;
  const now = texts.renderNow(preferences?.render && texts.renderings[preferences.render]);
  if (argument !== "") return { answer: now };
  const pickers = preferencePicker(request, "render", texts.renderings);
  return { answer: [{ status: "plain", text: `${now}\n\n${texts.howToRender}`, pickers }] };
}
