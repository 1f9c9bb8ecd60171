import type { Log } from "../base/log.ts";
import type { Place } from "../model/place.ts";
import type { Agent, Chat } from "../model/ports.ts";
import type { TurnRecord } from "../model/turn.ts";
import type { Transcriber } from "../model/transcriber.ts";
import type { Updater } from "../model/updater.ts";
import type { FileSpace } from "../store/files/file_space.ts";
import type { Store } from "../store/store.ts";
import type { Texts } from "../texts/texts.ts";
import type { Admission } from "./people/admission.ts";
import type { Committer } from "./effects.ts";
import type { Groups } from "./places/groups.ts";
import type { KnownMachines } from "./machines/known_machines.ts";
import type { Languages } from "./places/languages.ts";
import type { Suggestions } from "./offers/suggestions.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { KnownPreferences } from "./places/preferences.ts";
import type { BridgeSettings } from "./settings.ts";
import type { SessionLocks } from "./turn/session_locks.ts";

/** A conversation as others see it. */
export interface OtherConversation extends Committer {
  /** Queues a turn that is stored. */
  begin(turn: TurnRecord): void;
  /** Handles the recall of a message. */
  recall(messageId: string): Promise<void>;
}

/** What a conversation uses; all but its texts are shared. Classes declare which of these services they use. */
export interface Services {
  readonly settings: BridgeSettings;
  readonly chat: Chat;
  readonly agent: Agent;
  /** Turns voice messages into text; not set if nothing was set up for that. */
  readonly transcriber?: Transcriber | undefined;
  readonly store: Store;
  /** The room for attachments and long answers. */
  readonly fileSpace: FileSpace;
  readonly outbox: Outbox;
  readonly admission: Admission;
  /** Suggests what to send after a turn. */
  readonly suggestions: Suggestions;
  /** Which turns run in the agent's sessions. */
  readonly sessions: SessionLocks;
  /** The sentences of the conversation, in its language. */
  readonly texts: Texts;
  readonly languages: Languages;
  /** What was set for each conversation. */
  readonly preferences: KnownPreferences;
  readonly groups: Groups;
  /** Another conversation, for what is changed in it from here; or a topic that is opened. */
  readonly conversationOf: (place: Place) => Promise<OtherConversation>;
  /** The machines that share the bot; not set if there is only this one. */
  readonly machines?: KnownMachines | undefined;
  readonly log: Log;
  /** Ends all work. Turns are not cancelled; they are resumed at the next start. */
  readonly signal: AbortSignal;
  /** Since when the bridge hears the chat without a break (ms since 1970); `undefined` while it does not. */
  readonly hearsSince: () => number | undefined;
  /** Not set where nothing can be installed. */
  readonly updater?: Updater | undefined;
  /** The lines of `/status` that are the same for all conversations. */
  readonly systemStatus: (texts: Texts) => Promise<string[]>;
}
