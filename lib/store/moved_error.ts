/** A change of a conversation that belongs to another machine. It changed nothing. */
export class MovedError extends Error {
  override name = "MovedError";

  /** @param conversation Its key. @param machine The name of the other machine. */
  constructor(readonly conversation: string, readonly machine: string) {
    super(`the chat is on the machine ${machine}: go on there, or move it with /on`);
  }
}
