import type { Bilingual } from "../scripted_model/stories.ts";
import type { Twin } from "../feishu_twin/twin.ts";
import type { ProcessControls } from "./process_controls.ts";
import { scenes } from "./scenes.ts";
import { Stage } from "./stage.ts";
import type { FaultSwitches } from "./fault_switches.ts";

/** The scene that plays, or that played last. */
export interface Playing {
  readonly name: string;
  /** What the audience sees happening now; the error of a scene that failed. */
  readonly text: string;
  readonly over: boolean;
  readonly failed: boolean;
}

/** What a {@linkcode ScenePlayer} needs. */
export interface ScenePlayerOptions {
  readonly twin: Twin;
  readonly switches: FaultSwitches;
  readonly controls: ProcessControls;
  /** Called when {@linkcode ScenePlayer.playing} has changed. */
  readonly onChange: () => void;
}

/** Plays one scene at a time. */
export class ScenePlayer {
  readonly #options: ScenePlayerOptions;
  #playing: Playing | undefined;
  #stop: AbortController | undefined;

  constructor(options: ScenePlayerOptions) {
    this.#options = options;
  }

  /** The scene that plays, or the one that played last. */
  get playing(): Playing | undefined {
    return this.#playing;
  }

  /** Starts a scene and stops the one that plays. Throws for an unknown name. */
  play(name: string, lang: keyof Bilingual): void {
    const scene = scenes[name];
    if (scene === undefined) throw new Error(`There is no scene ${name}.`);
    this.stop();
    // The one that is left no longer tidies up after itself.
    if (this.#playing?.over === false) this.#tidyUp();
    const stop = new AbortController();
    this.#stop = stop;
    const { twin, switches, controls } = this.#options;
    const { signal } = stop;
    const tell = (text: string) => this.#show({ name, text, over: false, failed: false });
    tell(scene.title[lang]);
    const { mode } = scene;
    const stage = new Stage({ twin, switches, controls, lang, mode, tell, signal });
    scene.play(stage).then(
      () => this.#end(stop, false, ""),
      (error) => this.#end(stop, !signal.aborted, String(error).split("\n", 1)[0] ?? ""),
    );
  }

  /** Stops the scene that plays. */
  stop(): void {
    this.#stop?.abort(new DOMException("The scene was stopped", "AbortError"));
  }

  #end(stop: AbortController, failed: boolean, why: string): void {
    // Another scene was started meanwhile, and keeps playing.
    if (this.#stop !== stop) return;
    this.#tidyUp();
    const { name = "", text = "" } = this.#playing ?? {};
    this.#show({ name, text: failed ? why : text, over: true, failed });
  }

  /** Undoes the faults of a scene. */
  #tidyUp(): void {
    const { switches, controls } = this.#options;
    switches.clear();
    controls.run("startBridge").catch(() => {});
  }

  #show(playing: Playing): void {
    this.#playing = playing;
    this.#options.onChange();
  }
}
