/** Moves the clock of the program and of the stand-ins by `ms` milliseconds until its scope ends. */
export function laterBy(ms: number): Disposable {
  const { now } = Date;
  Date.now = () => now.call(Date) + ms;
  return { [Symbol.dispose]: () => Date.now = now };
}
