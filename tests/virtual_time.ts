import { setImmediate } from "node:timers";

interface Timer {
  readonly id: number;
  readonly at: number;
  readonly run: () => void;
}

/**
 * Time that passes at once, until its scope ends: timers fire in their order as soon as nothing else is under way,
 * and `Date.now` and `performance.now` follow them. A timer takes a millisecond at least, and requests no time.
 */
export class VirtualTime implements Disposable {
  readonly #real = { setTimeout, clearTimeout, fetch, now: Date.now, perf: performance.now };
  readonly #began = { date: Date.now(), perf: performance.now() };
  #timers: Timer[] = [];
  #ids = 0;
  #requests = 0;
  /** Milliseconds since the beginning. */
  #now = 0;

  constructor() {
    const set = (run: () => void, ms = 0): number => {
      const timer = { id: ++this.#ids, at: this.#now + Math.max(ms, 1), run };
      const after = this.#timers.findIndex(({ at }) => at > timer.at);
      this.#timers.splice(after === -1 ? this.#timers.length : after, 0, timer);
      return timer.id;
    };
    Object.assign(globalThis, {
      setTimeout: set,
      clearTimeout: (id?: number) => {
        this.#timers = this.#timers.filter((timer) => timer.id !== id);
      },
      fetch: (input: Request | URL | string, init?: RequestInit) => this.#fetch(input, init),
    });
    Date.now = () => this.#began.date + Math.floor(this.#now);
    performance.now = () => this.#began.perf + this.#now;
  }

  get now(): number {
    return this.#now;
  }

  /** Lets time pass. Resolves when all that was due has happened. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (let next = this.#timers[0]; next && next.at <= end; next = this.#timers[0]) {
      this.#timers.shift();
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await this.settle();
    }
    this.#now = end;
  }

  /** Waits, in real time, until no request is under way. */
  async settle(): Promise<void> {
    for (let calm = 0; calm < 2; calm = this.#requests === 0 ? calm + 1 : 0) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  [Symbol.dispose](): void {
    const { now, perf, ...real } = this.#real;
    Object.assign(globalThis, real);
    Date.now = now;
    performance.now = perf;
  }

  async #fetch(input: Request | URL | string, init?: RequestInit): Promise<Response> {
    this.#requests++;
    try {
      const response = await this.#real.fetch(input, init);
      return new Response(await response.arrayBuffer(), response);
    } finally {
      this.#requests--;
    }
  }
}
