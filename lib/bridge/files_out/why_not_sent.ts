import type { Texts } from "../../texts/texts.ts";
import type { FileRefusal, FileRules } from "./check_file.ts";

/** What was asked for. */
interface Asked extends Pick<FileRules, "maxBytes" | "temporary"> {
  /** The path as it was written. */
  readonly typed: string;
  readonly directory: string;
}

/** Says to a person why a file is not sent. */
export function whyNotSent(
  refusal: FileRefusal | "no room",
  { typed, directory, maxBytes, temporary }: Asked,
  texts: Texts,
): string {
  switch (refusal) {
    case "outside":
      return texts.getOutside(directory, temporary);
    case "private":
      return texts.stateIsPrivate;
    case "missing":
      return texts.getNoFile(typed);
    case "empty":
      return texts.fileEmpty(typed);
    case "too large":
      return texts.fileTooLarge(typed, `${Math.floor(maxBytes / 1024 ** 2)} MB`);
    case "no room":
      return texts.noRoomToSend(typed);
  }
}
