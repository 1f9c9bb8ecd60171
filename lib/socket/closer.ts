/**
 * Returns what closes a connection or a listener, however often it is called: Deno throws at the second time, and
 * what a timer or an event throws ends the program.
 */
export function closer(open: { close(): void }): () => void {
  let isOpen = true;
  return () => {
    if (isOpen) open.close();
    isOpen = false;
  };
}
