import { assertEquals } from "@std/assert";
import { NetworkError } from "../../lib/base/errors.ts";
import { CardEdits } from "../../lib/feishu/card_edits.ts";
import { memoryLog } from "../helpers.ts";
import { until } from "../until.ts";

const cut = () => new NetworkError("cut off", { service: "feishu", method: "PATCH" });
const alive = new AbortController().signal;

Deno.test("a last edit that a click may have taken back is made again until the network is back", async () => {
  const edits = new CardEdits(memoryLog());
  const made: string[] = [];
  let isCut = false;
  await edits.run("om_1", (isAgain) => {
    made.push(isCut ? "cut" : isAgain ? "again" : "first");
    return isCut ? Promise.reject(cut()) : Promise.resolve();
  }, alive);
  isCut = true;
  edits.clicked("om_1");
  await until("it is tried again", () => made.includes("cut"));
  isCut = false;
  await until("it is made again", () => made.includes("again"));
  assertEquals(made, ["first", "cut", "again"]);
});

Deno.test("an edit that waits to be made again is given up at once for a newer one, and at the end", async () => {
  const edits = new CardEdits(memoryLog());
  const stopping = new AbortController();
  const made: string[] = [];
  const edit = (name: string) => (isAgain: boolean) => {
    made.push(name);
    return isAgain ? Promise.reject(cut()) : Promise.resolve();
  };
  await edits.run("om_1", edit("old"), stopping.signal);
  edits.clicked("om_1");
  await until("it is tried again", () => made.length === 2);
  await edits.run("om_1", edit("new"), stopping.signal);
  edits.clicked("om_1");
  await until("it is tried again", () => made.length === 4);
  stopping.abort();
  await edits.run("om_1", edit("last"), alive);
  assertEquals(made, ["old", "old", "new", "new", "last"]);
});

Deno.test("many clicks at once have an edit made again once, and those that come meanwhile once more", async () => {
  const edits = new CardEdits(memoryLog());
  const going = Promise.withResolvers<void>();
  let made = 0;
  await edits.run("om_1", async () => {
    if (++made === 2) await going.promise;
  }, alive);
  const clickOften = () => Array.from({ length: 100 }, () => edits.clicked("om_1"));
  clickOften();
  await until("it is made again", () => made === 2);
  clickOften();
  going.resolve();
  await until("it is made once more", () => made >= 3);
  await edits.run("om_1", () => Promise.resolve(), alive);
  assertEquals(made, 3);
});
