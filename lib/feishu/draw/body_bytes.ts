/**
 * How many bytes a message's content takes in the body of a request, in which it is a string of JSON: Feishu limits
 * the body (its pages of message create and update). Pure.
 *
 * @param content The content as JSON.
 */
export function bodyBytes(content: string): number {
  return new TextEncoder().encode(JSON.stringify(content)).length;
}
