/** What the platform answers when it says no: HTTP status, Feishu code and message. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  /**
   * @param code Feishu's error code.
   * @param message Feishu's `msg`.
   * @param status HTTP status; real refusals come as 400 with a JSON body.
   * @param headers Further answer headers, for example `x-ogw-ratelimit-reset`.
   * @param inner The real reason, where the code is only an envelope.
   */
  constructor(
    readonly code: number,
    message: string,
    readonly status: number = 400,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly inner?: number,
  ) {
    super(message);
  }
}

/**
 * The envelope in which the platform refuses a card: 230099 with the real reason inside the text.
 * @param inner The `ErrCode` inside, for example 11310 (too many tables or elements).
 */
export function cardRefusal(inner: number, reason: string, path = "", value = ""): Refusal {
  const at = path === "" ? "" : `ErrPath: ${path}; `;
  return new Refusal(
    230099,
    `Failed to create card content, ext=ErrCode: ${inner}; ${at}ErrMsg: ${reason}; ErrorValue: ${value}; `,
    400,
    {},
    inner,
  );
}
