import { SpeechEndpoint } from "./speech_endpoint.ts";

/** The settings of what turns speech into text. */
export interface SpeechConfig {
  /** Empty if nothing is set up. */
  readonly sttUrl: string;
  readonly sttKey: string;
  readonly sttModel: string;
}

/** What turns speech into text, if something is set up for that. */
export function newTranscriber(
  { sttUrl: url, sttKey: key, sttModel: model }: SpeechConfig,
): SpeechEndpoint | undefined {
  return url === "" ? undefined : new SpeechEndpoint({ url, key, model });
}
