/**
 * A loopback port for a server that goes away and comes back. It lies below those that the system gives to whoever
 * asks for any, or connects to somebody (from 32768 on with Linux, 49152 with macOS), so nobody takes it meanwhile.
 */
export function keptPort(): number {
  for (let attempts = 1;; attempts++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse) || attempts === 20) throw error;
    }
  }
}
