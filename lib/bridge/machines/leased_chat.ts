import { NetworkError } from "../../base/errors.ts";
import type { Chat } from "../../model/ports.ts";

/**
 * A chat in which this machine changes no message while others may have taken over what it does; see
 * `MachineTimes.leaseMs`. What waits is shown once it is heard again. A new message needs no lease: what it shows
 * was stored before, or tells of the trouble.
 */
export function leasedChat(chat: Chat, lease: { readonly isHeld: boolean }): Chat {
  const show: Chat["show"] = async (...call) => {
    const [slot] = call;
    if (lease.isHeld || slot.messageId === undefined) return await chat.show(...call);
    const method = "show a message";
    throw new NetworkError("the shared KV does not answer, so other machines may have taken over", {
      service: "feishu",
      method,
      isUnsent: true,
    });
  };
  return new Proxy(chat, {
    get: (target, name) => {
      if (name === "show") return show;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
