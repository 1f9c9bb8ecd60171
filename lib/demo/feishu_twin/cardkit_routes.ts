import { checkCard } from "./card_rules.ts";
import type { CardEntity } from "./card_entities.ts";
import { array, isObject, type JsonObject, object, parseJson, string } from "../../base/json.ts";
import { Refusal } from "./refusal.ts";
import { requireScope } from "./require_scope.ts";
import type { RestCall, Route, RouteAnswer } from "./route.ts";
import type { TwinState } from "./twin_state.ts";

const MAX_CARD_BYTES = 30 * 1024;
const MAX_CONTENT_CHARS = 100_000;
const MAX_UUID_CHARS = 64;
const ZERO_WIDTH_SPACE = "\u200b";

const PATH = "/open-apis/cardkit/v1/cards";

/**
 * `cardkit/v1`: cards that can be streamed to. Without `id_convert`, which apps report as gone
 * (larksuite/oapi-sdk-java#168).
 */
export const CARDKIT_ROUTES: readonly Route[] = [
  { method: "POST", path: PATH, run: create },
  { method: "PUT", path: `${PATH}/:id`, run: replace },
  { method: "PATCH", path: `${PATH}/:id/settings`, run: settings },
  { method: "PUT", path: `${PATH}/:id/elements/:element/content`, run: write },
];

function refuseParameter(detail: string): never {
  throw new Refusal(10002, `invalid parameter: ${detail}`);
}

/** The card in a request. CardKit returns the reason of a refusal without the envelope of messages. */
function cardIn(state: TwinState, part: unknown): JsonObject {
  const { type, data } = object(part);
  const text = string(data);
  if (type !== "card_json" || text === undefined) refuseParameter("type and data of the card");
  return checked(state, parseJson(text), text);
}

function checked(state: TwinState, card: unknown, text: string): JsonObject {
  const fault = state.faults.cardFault(text);
  if (fault !== undefined) throw new Refusal(fault.inner ?? 300305, "card refused by a fault");
  if (!isObject(card)) throw new Refusal(200621, "parse card json err");
  if (new TextEncoder().encode(text).length > MAX_CARD_BYTES) {
    throw new Refusal(200860, "card over max size");
  }
  try {
    checkCard(card);
  } catch (error) {
    if (!(error instanceof Refusal) || error.inner === undefined) throw error;
    throw new Refusal(error.inner === 11310 ? 300305 : error.inner, error.message);
  }
  return card;
}

function create({ state, body }: RestCall): RouteAnswer {
  requireScope(state, "cardkit:card:write");
  return { data: { card_id: state.cards.add(cardIn(state, body)).id } };
}

/**
 * The card that a call changes. The sequence number and the `uuid` count as used even when the call is
 * refused later.
 */
function cardToChange({ state, params, body }: RestCall): CardEntity {
  requireScope(state, "cardkit:card:write");
  const entity = state.cards.get(params.id ?? "");
  if (entity === undefined) throw new Refusal(200740, "card id not exist");
  if (state.cards.isExpired(entity)) throw new Refusal(200750, "card expired");
  state.locks.checkEntity(entity.message);
  if (entity.message?.recalled) throw new Refusal(230011, "The message is recalled.");
  if (!state.perCard.allow(entity.id)) {
    throw new Refusal(99991400, "request trigger frequency limit", 429, {
      "x-ogw-ratelimit-reset": "1",
    });
  }
  const { sequence } = body;
  const uuid = string(body.uuid) ?? "";
  if (uuid.length > MAX_UUID_CHARS) refuseParameter("uuid is longer than 64");
  if (entity.uuids.has(uuid)) throw new Refusal(200770, "uuid is duplicate");
  if (typeof sequence !== "number" || !Number.isInteger(sequence) || sequence >= 2 ** 31) {
    refuseParameter("sequence is not an int32");
  }
  if (sequence <= entity.sequence) throw new Refusal(300317, "sequence number compare failed");
  entity.sequence = sequence;
  if (uuid !== "") entity.uuids.add(uuid);
  return entity;
}

function show(state: TwinState, entity: CardEntity, card: JsonObject): RouteAnswer {
  if (entity.message === undefined) entity.draft = card;
  else state.messages.edit(entity.message, card);
  return { data: {} };
}

function replace(call: RestCall): RouteAnswer {
  const { state, body } = call;
  const entity = cardToChange(call);
  const card = cardIn(state, body.card);
  if (object(card.config).streaming_mode !== true) entity.streaming = undefined;
  return show(state, entity, card);
}

/**
 * The page of settings knows `config`. Without it nothing changes; the official OpenClaw plugin calls like
 * that, and goes on when it is taken.
 */
function settings(call: RestCall): RouteAnswer {
  const { state, body } = call;
  const entity = cardToChange(call);
  const change = parseJson(string(body.settings) ?? "");
  if (!isObject(change)) refuseParameter("settings");
  const config = object(change.config);
  const { streaming_mode: mode } = config;
  if (typeof mode === "boolean") entity.streaming = mode ? state.clock.now() : undefined;
  const card = state.cards.cardOf(entity);
  return show(state, entity, {
    ...card,
    config: { ...object(card.config), ...config },
  });
}

function write(call: RestCall): RouteAnswer {
  const { state, body, params } = call;
  const entity = cardToChange(call);
  const given = string(body.content) ?? "";
  if (given === "" || given.length > MAX_CONTENT_CHARS) refuseParameter("content");
  // Feishu removes them (seen in practice).
  const content = given.replaceAll(ZERO_WIDTH_SPACE, "");
  if (content === "") throw new Refusal(99992402, "field validation failed");
  if (!state.cards.isStreaming(entity)) {
    const first = typeof entity.streaming === "number";
    entity.streaming = first ? "timed out" : entity.streaming;
    throw first
      ? new Refusal(200850, "card streaming timeout")
      : new Refusal(300309, "streaming mode is closed");
  }
  let found = false;
  const changed = (part: unknown): unknown => {
    if (Array.isArray(part)) return array(part).map(changed);
    if (!isObject(part)) return part;
    if (part.element_id === params.element && /^(markdown|plain_text)$/.test(String(part.tag))) {
      found = true;
      return { ...part, content };
    }
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, changed(value)]));
  };
  const card = changed(state.cards.cardOf(entity));
  if (!found) throw new Refusal(300313, "element not found");
  return show(state, entity, checked(state, card, JSON.stringify(card)));
}
