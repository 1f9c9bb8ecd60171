/** The part of `bench:against` that runs in a sealed place: it plays the scene for one column. */
import { join } from "@std/path";
import { play, type Played } from "./against_scene.ts";
import { CONTENDERS } from "./contenders.ts";

/**
 * Plays the column of that name. After each part `dir` has all that was measured, in `played.json`.
 *
 * @param scratch The directory of the seal, in which the peers are installed.
 */
async function inside(scratch: string, name: string, dir: string): Promise<void> {
  const column = CONTENDERS.find((contender) => contender.name === name);
  if (column === undefined) throw new Error(`No column is named ${name}`);
  let played: Played = {};
  await play({ dir: scratch }, (world) => column.start(world, scratch), {
    say: (line) => {
      const time = new Date().toISOString().slice(11, 19);
      Deno.stderr.writeSync(new TextEncoder().encode(`${time} ${name}: ${line}\n`));
    },
    measured: async (more) => {
      played = { ...played, ...more };
      // It may be ended at any time, but not between the lines of a file.
      await Deno.writeTextFile(join(dir, "next.json"), JSON.stringify(played));
      await Deno.rename(join(dir, "next.json"), join(dir, "played.json"));
    },
  });
}

if (import.meta.main) {
  const [scratch = "", name = "", dir = ""] = Deno.args;
  await inside(scratch, name, dir).then(() => Deno.exit(0), async (error) => {
    await Deno.writeTextFile(join(dir, "why"), String(error));
    Deno.exit(1);
  });
}
