import { EMOJI_TYPES } from "./emoji_types.ts";
import { parseForm } from "./form.ts";
import { imageSize } from "./image_size.ts";
import { messageIn } from "./im_routes.ts";
import { object, string } from "../../base/json.ts";
import type { TwinReaction } from "./twin_message.ts";
import { Refusal } from "./refusal.ts";
import { requireScope } from "./require_scope.ts";
import type { RestCall, Route } from "./route.ts";
import { withForwarded } from "./with_forwarded.ts";

const MAX_IMAGE_BYTES = 10 * 1024 * 1024;
/** The longest side of a GIF, and of any other image, in pixels. */
const MAX_GIF_PIXELS = 2_000;
const MAX_IMAGE_PIXELS = 12_000;
const MAX_FILE_BYTES = 30 * 1024 * 1024;

/** `im/v1`: reactions, images and files. */
export const RESOURCE_ROUTES: readonly Route[] = [
  { method: "POST", path: "/open-apis/im/v1/messages/:id/reactions", run: react },
  { method: "GET", path: "/open-apis/im/v1/messages/:id/reactions", run: reactions },
  { method: "DELETE", path: "/open-apis/im/v1/messages/:id/reactions/:reaction", run: unreact },
  { method: "GET", path: "/open-apis/im/v1/messages/:id/resources/:key", run: resource },
  { method: "POST", path: "/open-apis/im/v1/images", run: uploadImage },
  { method: "GET", path: "/open-apis/im/v1/images/:key", run: download },
  { method: "POST", path: "/open-apis/im/v1/files", run: uploadFile },
  { method: "GET", path: "/open-apis/im/v1/files/:key", run: download },
];

function reactionData(reaction: TwinReaction) {
  return {
    reaction_id: reaction.id,
    operator: { operator_id: reaction.by, operator_type: reaction.byBot ? "app" : "user" },
    action_time: String(reaction.at),
    reaction_type: { emoji_type: reaction.emoji },
  };
}

function react(call: RestCall) {
  requireScope(call.state, "im:message", "im:message.reactions:write_only");
  const message = messageIn(call);
  const emoji = string(object(call.body.reaction_type).emoji_type) ?? "";
  if (!EMOJI_TYPES.has(emoji)) throw new Refusal(231001, "reaction type is invalid.");
  const { app, messages } = call.state;
  const same = message.reactions.find((r) => r.byBot && r.emoji === emoji);
  return { data: reactionData(same ?? messages.react(message, emoji, app.id, true)) };
}

function reactions(call: RestCall) {
  const message = messageIn(call);
  const wanted = call.query.reaction_type;
  const items = message.reactions.filter((r) => wanted === undefined || r.emoji === wanted);
  return { data: { has_more: false, items: items.map(reactionData) } };
}

function unreact(call: RestCall) {
  requireScope(call.state, "im:message", "im:message.reactions:write_only");
  const message = messageIn(call);
  const reaction = message.reactions.find((r) => r.id === call.params.reaction);
  if (reaction === undefined) throw new Refusal(231010, "The reaction does not exist.");
  if (!reaction.byBot) throw new Refusal(231007, "Not the operator of the reaction.");
  call.state.messages.unreact(message, reaction);
  return { data: reactionData(reaction) };
}

/**
 * The page of message resources says that files of cards and of forwarded messages are not given away. In
 * practice those of forwarded messages are, with the id of the outermost message.
 */
function resource(call: RestCall) {
  const { state, params } = call;
  requireScope(state, "im:message", "im:message:readonly", "im:message.history:readonly");
  if (state.messages.isForwarded(params.id ?? "")) {
    throw new Refusal(234043, "Unsupported message type.");
  }
  const message = messageIn(call);
  if (message.type === "interactive") throw new Refusal(234043, "Unsupported message type.");
  const key = params.key ?? "";
  const file = state.files.get(key);
  const contents = withForwarded(message).filter(({ type }) => type !== "interactive")
    .map(({ content }) => JSON.stringify(content));
  if (file === undefined || !contents.some((content) => content?.includes(key))) {
    throw new Refusal(234003, "File not in msg.");
  }
  return { bytes: file.bytes, mime: file.mime };
}

/** The pages of image get and file get: only what the bot itself uploaded; no scope is needed. */
function download({ state, params }: RestCall) {
  const file = state.files.get(params.key ?? "");
  if (file?.byBot !== true) throw new Refusal(234008, "The app is not the resource sender.");
  return { bytes: file.bytes, mime: file.mime };
}

/** The page of image create, which takes JPG, PNG, WEBP, GIF and BMP among others. */
function uploadImage(call: RestCall) {
  requireScope(call.state, "im:resource", "im:resource:upload");
  const image = parseForm(call.raw, call.contentType).find((part) => part.name === "image");
  if (image === undefined) throw new Refusal(234001, "Invalid request param.");
  if (image.bytes.length === 0) throw new Refusal(234010, "File's size can't be 0.");
  if (image.bytes.length > MAX_IMAGE_BYTES) {
    throw new Refusal(234006, "The file size exceed the max value.");
  }
  const size = imageSize(image.bytes);
  if (size === undefined) throw new Refusal(234011, "Can't recognize image format.");
  const maxPixels = size.format === "gif" ? MAX_GIF_PIXELS : MAX_IMAGE_PIXELS;
  if (Math.max(size.width, size.height) > maxPixels) {
    throw new Refusal(234039, "The resolution of the image exceeds the limit.");
  }
  const { bytes, mime = "image/png" } = image;
  const file = call.state.files.add("image", { name: "image", bytes, mime, byBot: true });
  return { data: { image_key: file.key } };
}

function uploadFile(call: RestCall) {
  requireScope(call.state, "im:resource", "im:resource:upload");
  const parts = parseForm(call.raw, call.contentType);
  const field = (name: string) => {
    const part = parts.find((part) => part.name === name);
    return part === undefined ? undefined : new TextDecoder().decode(part.bytes);
  };
  const part = parts.find((part) => part.name === "file");
  const name = field("file_name");
  if (part === undefined || name === undefined || field("file_type") === undefined) {
    throw new Refusal(234001, "Invalid request param.");
  }
  if (part.bytes.length === 0) throw new Refusal(234010, "File's size can't be 0.");
  if (part.bytes.length > MAX_FILE_BYTES) {
    throw new Refusal(234006, "The file size exceed the max value.");
  }
  const { bytes } = part;
  const mime = "application/octet-stream";
  const file = call.state.files.add("file", { name, bytes, mime, byBot: true });
  return { data: { file_key: file.key } };
}
