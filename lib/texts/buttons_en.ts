/** The sentences about buttons, and the commands that do the same. */
export type ButtonTexts = typeof buttonsEn;

/** The sentences about buttons, and the commands that do the same, in English. */
export const buttonsEn = {
  stop: "Stop",
  stopAll: "Stop all",
  goOn: "Continue",
  tryAgain: "Retry",
  /** Before the name of the person who pressed a button. */
  pressedBy: (label: string) => `“${label}” was pressed by`,
  /** Before the name of the person who chose what a command would do. */
  chosenBy: (command: string) => `${command} was chosen by`,
  pick: "Choose…",
  allNames: (n: number) => `All ${n}`,
  trying: "Trying again…",
  goingOn: "Going on…",
  pressedOver: "That is over; the button does nothing any more.",
  pressedBefore: "Something was chosen on this card already.",
  notYourButton: "This button is for somebody else.",
  nothingToRetry: "There is nothing to try again. Send a message.",
  nothingToContinue: "There is nothing to go on with. Send a message.",
  now: "Now",
  remove: "Remove",
  steering: "Goes into the running turn, at its next step.",
  steerJoined: "This answers what was added meanwhile, too.",
  answeredAlong: "Went into the turn that was running. The answer is there.",
  cannotSteer: "This cannot go into what runs now, so it waits for its own turn.",
  notWaiting: (name: string) => `${name || "It"} is not waiting any more.`,
  takenOut: (line: string) => `Taken out of the queue: ${line}`,
  queueEmpty: "Nothing waits in the queue.",
  howToQueue: "`/queue now 1` has it go into the running turn, `/queue remove 1` takes it out.",
  /** What the agent is told to go on. */
  goOnPrompt: "Continue.",
};
