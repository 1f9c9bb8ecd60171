import { againCommands } from "./again_commands.ts";
import { autoCommand } from "./auto_command.ts";
import { choiceCommands } from "./choice_commands.ts";
import { budgetCommand } from "./budget_command.ts";
import type { Commands } from "./command.ts";
import { copyCommands } from "./copy_commands.ts";
import { costCommand } from "./cost_command.ts";
import { conversationCommands } from "./conversation_commands.ts";
import { groupCommand } from "./group_command.ts";
import { helpCommand } from "./help_command.ts";
import { hereCommand } from "./here_command.ts";
import { historyCommands } from "./history_commands.ts";
import { languageCommand } from "./language_command.ts";
import { machineCommands } from "./machine_commands.ts";
import { mergeCommand } from "./merge_command.ts";
import { notifyCommand } from "./notify_command.ts";
import { peopleCommands } from "./people_commands.ts";
import { queueCommand } from "./queue_command.ts";
import { renderCommand } from "./render_command.ts";
import { rulesCommand } from "./rules_command.ts";
import { scheduleCommands } from "./schedule_commands.ts";
import { sessionCommands } from "./session_commands.ts";
import { thinkCommand } from "./think_command.ts";
import { updateCommand } from "./update_command.ts";
import { settingsCommand } from "./settings_command.ts";
import { worktreeCommand } from "./worktree_command.ts";

/** All chat commands by name, in the order of `/help`. */
export const COMMANDS: Commands = {
  ...sessionCommands,
  ...conversationCommands,
  ...queueCommand,
  ...againCommands,
  ...choiceCommands,
  ...copyCommands,
  ...hereCommand,
  ...worktreeCommand,
  ...mergeCommand,
  ...languageCommand,
  ...historyCommands,
  ...notifyCommand,
  ...renderCommand,
  ...thinkCommand,
  ...groupCommand,
  ...settingsCommand,
  ...rulesCommand,
  ...autoCommand,
  ...budgetCommand,
  ...costCommand,
  ...scheduleCommands,
  ...machineCommands,
  ...peopleCommands,
  ...updateCommand,
  ...helpCommand,
};
