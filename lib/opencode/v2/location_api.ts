import { need, object, parser, string } from "../../base/json.ts";
import type { PermissionReply } from "../../model/agent_request.ts";
import type { SavedRule } from "../../model/agent_rules.ts";
import type { AgentCommand } from "../../model/session.ts";
import { each, isCode, unlessRefusedForGood } from "../http/answer.ts";
import type { ClientOptions } from "../http/client.ts";
import { refused } from "../http/request.ts";
import type { PendingRequest } from "../transcript/event.ts";
import type { AgentEntry, Provider } from "../wire.ts";
import { type Form, parseForm, parsePermission, toFormAnswer } from "./agent_request.ts";
import { at, Caller, data } from "./caller.ts";
import {
  parseAgentEntry,
  parseAskRules,
  parseCommandEntry,
  parseProviders,
  parseSavedRule,
} from "./catalog.ts";
import { EventReader } from "./event_reader.ts";
import { settled } from "./settled.ts";

/**
 * The requests of opencode 2.0.4 and later about a directory: what its sessions ask, and what there is to
 * choose. Every method throws what {@linkcode Caller.call} throws; what `Wire` declares is described there.
 */
export class LocationApi {
  protected readonly caller: Caller;
  /** Learns what is read. */
  protected readonly reader = new EventReader();

  constructor(options: ClientOptions) {
    this.caller = new Caller(options);
  }

  /** The lists of a directory that is gone are refused; its sessions go on. */
  async requests(directory: string, signal: AbortSignal): Promise<PendingRequest[] | undefined> {
    const [permissions, forms] = await Promise.all([
      unlessRefusedForGood(this.#permissions(directory, signal)),
      unlessRefusedForGood(this.#forms(directory, signal)),
    ]);
    if (permissions === undefined || forms === undefined) return undefined;
    return [...permissions, ...forms.map(({ pending }) => pending)];
  }

  async replyPermission(
    directory: string,
    id: string,
    answer: PermissionReply,
    signal: AbortSignal,
  ): Promise<void> {
    const { reply } = answer;
    const listed = await this.#permissions(directory, signal);
    const pending = listed.find(({ request }) => request.id === id);
    if (pending === undefined) throw gone("permission");
    const path = at({ id: pending.sessionId }, "permission", id, "reply");
    const body = reply === "reject"
      ? { decision: reply, message: answer.reason }
      : { decision: reply };
    await this.caller.post(path, body, { goneAfterDoubt: true, signal });
  }

  async replyQuestion(
    directory: string,
    id: string,
    answers: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<void> {
    const form = await this.#form(directory, id, signal);
    const body = { answer: toFormAnswer(form, answers) };
    const options = { goneAfterDoubt: true, signal } as const;
    await this.caller.post(pathOf(form, "reply"), body, options).catch((error) => {
      // Somebody else was faster.
      throw isCode(error, 409) ? gone("form") : error;
    });
  }

  async rejectQuestion(directory: string, id: string, signal: AbortSignal): Promise<void> {
    const form = await this.#form(directory, id, signal);
    const isTaken = await this.caller.remove(pathOf(form), { goneAfterDoubt: true, signal });
    if (!isTaken) throw gone("form");
  }

  providers(directory: string, signal: AbortSignal): Promise<Provider[]> {
    const request = { directory, path: "/api/model", parse: data(parseProviders), signal };
    return settled(() => this.caller.locate(request), (found) => found.length > 0, signal);
  }

  agents(directory: string, signal: AbortSignal): Promise<AgentEntry[]> {
    const parse = data(each(parseAgentEntry));
    const request = { directory, path: "/api/agent", parse, signal };
    return settled(() => this.caller.locate(request), (found) => found.length > 0, signal);
  }

  commands(directory: string, signal: AbortSignal): Promise<AgentCommand[]> {
    const path = "/api/command";
    return this.caller.locate({ directory, path, parse: data(each(parseCommandEntry)), signal });
  }

  askRules(directory: string, signal: AbortSignal): Promise<string[]> {
    return this.caller.locate({ directory, path: "/api/config", parse: parseAskRules, signal });
  }

  async savedRules(directory: string, signal: AbortSignal): Promise<SavedRule[]> {
    const where = { directory, path: "/api/location", parse: parseProject, signal };
    const projectID = await this.caller.locate(where);
    const parse = data(each(parseSavedRule));
    const path = "/api/permission/saved";
    return await this.caller.call({ path, query: { projectID }, parse, signal });
  }

  async forgetRules(
    _directory: string,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<boolean> {
    for (const id of ids) {
      await this.caller.remove(`/api/permission/saved/${encodeURIComponent(id)}`, { signal });
    }
    return true;
  }

  #permissions(directory: string, signal: AbortSignal): Promise<PendingRequest[]> {
    const path = "/api/permission/request";
    return this.caller.locate({ directory, path, parse: data(each(parsePermission)), signal });
  }

  async #forms(directory: string, signal: AbortSignal): Promise<Form[]> {
    const parse = data(each(parseForm));
    const forms = await this.caller.locate({ directory, path: "/api/form", parse, signal });
    this.reader.learnForms(forms);
    return forms;
  }

  async #form(directory: string, id: string, signal: AbortSignal): Promise<Form> {
    const forms = await this.#forms(directory, signal);
    const form = forms.find(({ pending }) => pending.request.id === id);
    if (form === undefined) throw gone("form");
    return form;
  }
}

/** The id of a location's project; `global` outside of git. */
const parseProject = parser(({ project }) => need(string(object(project).id)));

function pathOf({ pending }: Form, ...names: string[]): string {
  return at({ id: pending.sessionId }, "form", pending.request.id, ...names);
}

/** The error for a request that waits no longer; its list does not say that by itself. */
function gone(what: "permission" | "form"): Error {
  return refused(`the ${what} waits no longer`, 404, `GET /api/${what}`);
}
