import { assertEquals } from "@std/assert";
import { findMachine } from "../../../lib/bridge/machines/find_machine.ts";
import type { SeenMachine } from "../../../lib/model/machine.ts";

const machine = (name: string): SeenMachine => ({
  ...{ name, instance: "i", home: "h", cwd: "/", directories: [], opencode: "", version: "" },
  ...{ running: 0, at: 0, isSelf: false, presence: "up", silentMs: 0 },
});

Deno.test("a machine is found by its name as it is, however it is typed, or by how one begins", () => {
  const machines = ["laptop", "Laptop", "server-1", "服务器2"].map(machine);
  const find = (typed: string) => findMachine(typed, machines)?.name;
  assertEquals(["laptop", "Laptop", "LAPTOP"].map(find), ["laptop", "Laptop", "laptop"]);
  assertEquals(["SERVER", "ｓｅｒｖｅｒ－１", "服务器２"].map(find), [
    ...["server-1", "server-1", "服务器2"],
  ]);
  assertEquals(["lap", "", "x"].map(find), [undefined, undefined, undefined]);
});
