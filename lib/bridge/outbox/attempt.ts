/**
 * What came of an attempt to send a row:
 * - `delivered`;
 * - `aside`: others do not wait for the row;
 * - `failed`: perhaps because of the row, perhaps because nothing gets through;
 * - `busy`: the chat wants to be left alone for a while.
 */
export type Attempt = "delivered" | "aside" | "failed" | "busy";
