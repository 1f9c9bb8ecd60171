/** A message in the form that Feishu takes. */
export interface Rendered {
  readonly type: "interactive" | "post" | "text" | "image" | "file";
  /** The JSON text of the message's content. */
  readonly content: string;
}
