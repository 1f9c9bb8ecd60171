import { isAbsolute, join } from "@std/path";
import { array, object, string } from "../../../lib/base/json.ts";
import { newId } from "./ids.ts";
import type { Json } from "./json.ts";
import { Rejected } from "./endings.ts";
import type { Call } from "./script.ts";
import type { Session } from "./session.ts";
import type { World } from "./world.ts";

/** What a call came to, in the fields of `session.tool.success` or `session.tool.failed`. */
export type Outcome = { readonly failed: boolean } & { readonly fields: Json };

/** Where a call is made. */
export interface Place {
  readonly world: World;
  readonly session: Session;
  readonly messageId: string;
  readonly callId: string;
  readonly signal: AbortSignal;
  /** Runs a prompt in a session of a subagent, and resolves with its answer. */
  readonly child: (call: Call, progress: (childId: string) => void) => Promise<string>;
  /** Tells the session that a command in the background has ended. */
  readonly wake: (text: string, description: string) => void;
}

const text = (text: string): Json => ({ type: "text", text });
const failed = (type: string, message: string): Outcome => ({
  failed: true,
  fields: { error: { type, message }, result: { type: "error", value: message } },
});

/** Makes a call, after whoever must be asked has agreed. */
export async function runTool(call: Call, place: Place): Promise<Outcome> {
  if (call.asks) {
    const refusal = await permission(call, place);
    // July keeps the reason from the model, an error of its own.
    const type = place.world.dialect === "july" ? "unknown" : "permission.rejected";
    if (refusal !== undefined) return failed(type, refusal);
  }
  const { input } = call;
  const path = join(place.session.directory, string(input.path) ?? "");
  switch (call.name) {
    case "shell":
      return await shell(call, place);
    case "question":
      return await question(call, place);
    case "elicit":
      return await elicit(call, place);
    case "subagent":
      return await subagent(call, place);
    case "read": {
      const content = await Deno.readTextFile(
        isAbsolute(String(input.path)) ? String(input.path) : path,
      )
        .catch(() => undefined);
      if (content === undefined) return failed("unknown", `Unable to read ${input.path}`);
      const metadata = { uri: `file://${path}`, content, encoding: "utf8", mime: "text/plain" };
      return { failed: false, fields: { content: [], metadata } };
    }
    case "write": {
      await Deno.writeTextFile(path, string(input.content) ?? "");
      const content = [text(`Wrote file successfully: ${input.path}`)];
      // In 2.0.26 `write` says no more (its source).
      return { failed: false, fields: { content } };
    }
    default:
      return failed("tool.unknown", `Unknown tool: ${call.name}`);
  }
}

/** Asks a person; resolves with the reason of a refusal that the model may know, and throws at a plain one. */
async function permission({ name, input }: Call, place: Place): Promise<string | undefined> {
  const { world, session, messageId, callId, signal } = place;
  const resources = [String(input.command ?? input.path ?? name)];
  const isSaved = world.saved.some((one) => one.action === name && one.resource === resources[0]);
  if (isSaved || isAllowed(session, name)) return undefined;
  const id = newId("per");
  const source = { type: "tool", messageID: messageId, id: callId };
  world.publish(session, "permission.asked", {
    id,
    action: name,
    resources,
    save: resources,
    source,
  });
  try {
    const { decision, message } = await world.until(() => world.decisions.get(id), signal);
    if (decision !== "reject") return undefined;
    if (message) return message;
    throw new Rejected();
  } finally {
    session.permissions.delete(id);
  }
}

/** Whether the session's own rules allow everything of this kind; the last rule that matches wins. */
function isAllowed({ info }: Session, action: string): boolean {
  const rules = array(info.permissions).map(object);
  const rule = rules.findLast((rule) => rule.action === "*" || rule.action === action);
  return rule?.effect === "allow";
}

async function question({ input }: Call, { world, session, messageId, callId, signal }: Place) {
  const questions = array(input.questions).map(object);
  const fields = questions.map(({ question, header, options, multiple }, index) => ({
    key: `q${index}`,
    title: header,
    description: question,
    type: multiple ? "multiselect" : "string",
    options: array(options).map(object).map(({ label, description }) => ({
      value: label,
      label,
      description,
    })),
    custom: true,
  }));
  const id = newId("frm");
  const metadata = { kind: "question", tool: { messageID: messageId, id: callId } };
  const form = { id, sessionID: session.id, title: "Questions", metadata, fields };
  world.publish(session, "form.created", { form });
  const state = await world.until(() => session.forms.get(id)?.state, signal).catch((reason) => {
    world.publish(session, "form.cancelled", { id });
    throw reason;
  });
  if (state.status === "cancelled") throw new Rejected();
  const answers = fields.map(({ key }) => [state.answer[key] ?? []].flat());
  const said = questions.map(({ question }, index) =>
    `"${question}"="${answers[index]?.join(", ")}"`
  );
  const content = [text(
    `User has answered your questions: ${
      said.join(", ")
    }. You can now continue with the user's answers in mind.`,
  )];
  return { failed: false, fields: { content, metadata: { answers } } };
}

/** A form that is no question of the agent, such as an MCP server's: other kinds of fields, and conditions. */
async function elicit({ input }: Call, { world, session, signal }: Place): Promise<Outcome> {
  const id = newId("frm");
  const fields = [
    { key: "sure", title: "Sure?", type: "boolean", required: true },
    {
      key: "count",
      title: "How many?",
      type: "integer",
      minimum: 1,
      when: [{ key: "sure", op: "eq", value: true }],
    },
    { key: "page", title: "Log in", type: "external", url: "https://example.com/login" },
    ...typeof input.more === "string" ? [{ key: "more", type: input.more }] : [],
  ];
  const form = {
    id,
    sessionID: session.id,
    title: "A server asks",
    metadata: { kind: "mcp" },
    fields,
  };
  world.publish(session, "form.created", { form });
  const state = await world.until(() => session.forms.get(id)?.state, signal).catch((reason) => {
    world.publish(session, "form.cancelled", { id });
    throw reason;
  });
  return { failed: false, fields: { content: [text(JSON.stringify(state))] } };
}

async function subagent(call: Call, { world, session, callId, messageId, child }: Place) {
  let sessionID = "";
  const output = await child(call, (id) => {
    sessionID = id;
    const metadata = { sessionID, status: "running" };
    world.publish(session, "session.tool.progress", {
      assistantMessageID: messageId,
      id: callId,
      metadata,
    });
  });
  const metadata = { sessionID, status: "completed", output };
  return { failed: false, fields: { content: [text(output)], metadata } };
}

async function shell({ input }: Call, place: Place): Promise<Outcome> {
  const { world, session, callId, signal, wake } = place;
  const command = string(input.command);
  if (command === undefined) {
    return failed("tool.execution", 'Invalid tool input: Missing key\n  at ["command"]');
  }
  const id = newId("sh");
  const info = {
    id,
    status: "running",
    command,
    cwd: session.directory,
    metadata: { sessionID: session.id },
  };
  world.publish(session, "shell.created", { info });
  const isBackground = input.background === true;
  const process = new Deno.Command("sh", {
    args: ["-c", `exec 2>&1; ${command}`],
    cwd: session.directory,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    ...(isBackground ? {} : { signal }),
  }).spawn();
  const ended = process.output().then(({ code, stdout }) => ({
    code,
    output: new TextDecoder().decode(stdout),
  }));
  if (isBackground) {
    ended.then(({ output }) => {
      world.publish(session, "shell.exited", { id, exit: 0, status: "exited" });
      wake(
        `<shell id="${callId}" state="completed" command="${command}">\n${output}\n</shell>`,
        command,
      );
    });
    const content = [
      text("The command was moved to the background."),
      text("You will be notified automatically when the command finishes."),
    ];
    return {
      failed: false,
      fields: { content, metadata: { shellID: id, status: "running", truncated: false } },
    };
  }
  const { code, output } = await ended;
  if (signal.aborted) {
    world.publish(session, "shell.deleted", { id });
    throw signal.reason;
  }
  world.publish(session, "shell.exited", { id, exit: code, status: "exited" });
  const content = [text(output || "(no output)"), text(`Command exited with code ${code}.`)];
  return { failed: false, fields: { content, metadata: { exit: code, truncated: false } } };
}
