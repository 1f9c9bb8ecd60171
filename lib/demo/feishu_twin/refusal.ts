/** A request that the platform refuses, with its answer: HTTP status, Feishu's code and message. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  /**
   * @param code Feishu's error code.
   * @param message Feishu's `msg`.
   * @param status HTTP status; the platform refuses with 400 and a JSON body.
   * @param headers Further headers of the answer, for example `x-ogw-ratelimit-reset`.
   * @param inner The code of the real reason, where `code` is only an envelope.
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
 * The refusal of a card: code 230099, with the real reason inside the message.
 *
 * @param inner The `ErrCode` in the message, for example 11310 (too many tables or elements).
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
