import { object } from "../../base/json.ts";

/** What dispatches the events of a connection, as in the SDK. */
interface Dispatcher {
  invoke(data: unknown, params?: { readonly needCheck?: boolean }): Promise<unknown>;
}

/**
 * Makes a dispatcher take card callbacks in their old form, which have no header (Feishu's page of the old card
 * callback). The SDK (1.74) finds no type in them, and answers that nobody handles them.
 */
export function acceptOldCallbacks(dispatcher: Dispatcher): void {
  const invoke = dispatcher.invoke.bind(dispatcher);
  dispatcher.invoke = (data, params) => invoke(withHeader(data), params);
}

function withHeader(data: unknown): unknown {
  const { header, action } = object(data);
  if (header !== undefined || action === undefined) return data;
  return { schema: "2.0", header: { event_type: "card.action.trigger" }, event: data };
}
