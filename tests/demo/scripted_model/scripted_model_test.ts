import { assert, assertEquals, assertMatch } from "@std/assert";
import { modelConfig } from "../../../lib/demo/scripted_model/model_config.ts";
import { startScriptedModel } from "../../../lib/demo/scripted_model/scripted_model.ts";
import { array, object } from "../../../lib/base/json.ts";
import { type RealOpencode, startOpencode } from "../../real_opencode.ts";

async function newSession(opencode: RealOpencode): Promise<string> {
  return String(object(await opencode.request("POST", "/session", {})).id);
}

/** Prompts and waits for the end; gives the parts of all answers since. */
async function prompt(opencode: RealOpencode, session: string, text: string) {
  const last = object(
    await opencode.request("POST", `/session/${session}/message`, {
      parts: [{ type: "text", text }],
    }),
  );
  const parent = object(last.info).parentID;
  const all = array(await opencode.request("GET", `/session/${session}/message`)).map(object);
  const answers = all.filter((message) => object(message.info).parentID === parent);
  return {
    error: object(object(last.info).error),
    parts: answers.flatMap((message) => array(message.parts).map(object)),
  };
}

function textOf(parts: readonly Readonly<Record<string, unknown>>[]): string {
  return parts.filter((part) => part.type === "text").map((part) => part.text).join("\n");
}

function toolsOf(parts: readonly Readonly<Record<string, unknown>>[]): string[] {
  return parts.filter((part) => part.type === "tool")
    .map((part) => `${part.tool} ${object(part.state).status}`);
}

Deno.test({
  name: "real opencode does with the scripted model what the directives say",
  async fn(t) {
    await using model = startScriptedModel({ slowMs: 10, wordMs: 1 });
    await using opencode = await startOpencode(modelConfig(model));
    const session = await newSession(opencode);

    await t.step("plain text is answered after a look at the directory", async () => {
      await Deno.writeTextFile(`${opencode.directory}/hello.txt`, "hi");
      const { parts } = await prompt(opencode, session, "Good morning");
      assertEquals(toolsOf(parts), ["bash completed"]);
      assertMatch(textOf(parts), /You said: “Good morning”.*`hello\.txt`/);
    });
    await t.step("a title is made without running directives", async () => {
      const titles = model.calls.filter((call) => call.tools.length === 0);
      assertEquals(titles.length, 1);
      const { title } = object(await opencode.request("GET", `/session/${session}`));
      assertMatch(String(title), /Good morning/);
    });
    await t.step("say, slow and bash run in order in one turn", async () => {
      const { parts } = await prompt(opencode, session, "[[say one]] [[slow 3]] [[bash echo two]]");
      assertEquals(toolsOf(parts), ["bash completed"]);
      assertEquals(textOf(parts), "one1 2 3 \n```\ntwo\n```\n");
      assertEquals(model.tokens.slice(-5).map((token) => token.text), [
        "one",
        "1 ",
        "2 ",
        "3 ",
        "```\ntwo\n```\n",
      ]);
    });
    await t.step("write and read", async () => {
      const { parts } = await prompt(opencode, session, "[[write a.txt some text]] [[read a.txt]]");
      assertEquals(toolsOf(parts), ["write completed", "read completed"]);
      assertEquals(await Deno.readTextFile(`${opencode.directory}/a.txt`), "some text");
      assertMatch(textOf(parts), /some text/);
    });
    await t.step("todo, reasoning, empty and long answers", async () => {
      const { parts } = await prompt(opencode, session, "[[todo]] [[reason]] [[long 50]]");
      assertEquals(toolsOf(parts), Array(3).fill("todowrite completed"));
      assert(parts.some((part) => part.type === "reasoning"));
      assertMatch(textOf(parts), /50\. Line/);
      assertEquals(textOf((await prompt(opencode, session, "[[empty]]")).parts), "");
    });
    await t.step("a subagent works on its own", async () => {
      const { parts } = await prompt(opencode, session, "[[task]]");
      assertEquals(toolsOf(parts), ["task completed"]);
    });
    await t.step("a question is asked and its answer used", async () => {
      const turn = prompt(opencode, session, "[[question]]");
      const deadline = AbortSignal.timeout(20_000);
      let id: unknown;
      while (id === undefined) {
        deadline.throwIfAborted();
        id = object(array(await opencode.request("GET", "/question"))[0]).id;
      }
      await opencode.request("POST", `/question/${id}/reply`, { answers: [["Blue"]] });
      assertMatch(textOf((await turn).parts), /"Blue"/);
    });
    await t.step("an HTTP error becomes the error of the turn", async () => {
      const { error } = await prompt(opencode, session, "[[error 401]]");
      assertEquals(object(error.data).message, "Incorrect API key provided");
    });
    await t.step("a failure that ends is survived by opencode's retry", async () => {
      const { error, parts } = await prompt(opencode, session, "[[error 500 1]] [[say better]]");
      assertEquals(error, {});
      assertMatch(textOf(parts), /better/);
    });
    await t.step("a stream that is cut once is asked for again", async () => {
      const { parts } = await prompt(opencode, session, "[[cut 1]] [[say after]]");
      assertMatch(textOf(parts), /after/);
    });
    await t.step("an aborted hang ends", async () => {
      const before = model.calls.length;
      const turn = prompt(opencode, session, "[[hang]]");
      const deadline = AbortSignal.timeout(20_000);
      while (model.calls.length === before) {
        deadline.throwIfAborted();
        await opencode.request("GET", "/session/status");
      }
      await opencode.request("POST", `/session/${session}/abort`);
      assertEquals(textOf((await turn).parts), "");
    });
  },
});
