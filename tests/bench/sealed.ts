import { deadline } from "@std/async";
import { join } from "@std/path";

/** The name under which everything in a sealed place reaches the twin. */
export const FEISHU = "open.feishu.cn";
/**
 * The address of that name, which a sealed place gives to its own loopback. It looks like a public one,
 * since OpenClaw does not stream to a name that leads to a private address.
 */
export const FEISHU_ADDRESS = "26.0.0.1";

/** Feishu's name for this machine's loopback, and a certificate for it that only a sealed place believes. */
export interface Seal {
  /** A directory with both, which must stay until the command has ended. */
  readonly dir: string;
}

/** The files of the certificate for {@linkcode FEISHU} in the directory of a seal. */
export function certificateOf({ dir }: Seal): { readonly cert: string; readonly key: string } {
  return { cert: join(dir, "cert.pem"), key: join(dir, "key.pem") };
}

/** Makes what a sealed place needs, in a directory. Needs `openssl`. */
export async function makeSeal(dir: string): Promise<Seal> {
  const { cert, key } = certificateOf({ dir });
  await run("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-days", "2", "-subj", `/CN=${FEISHU}`, "-addext", `subjectAltName=DNS:${FEISHU}`],
    ...["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", key, "-out", cert],
  ]);
  const names = [`127.0.0.1 localhost`, `::1 localhost`, `${FEISHU_ADDRESS} ${FEISHU}`, ""];
  await Deno.writeTextFile(join(dir, "hosts"), names.join("\n"));
  return { dir };
}

/**
 * Runs a command where there is no network but loopback, where Feishu's name is this machine, where
 * `NODE_EXTRA_CA_CERTS` has its certificate, and where every process ends with the command. Returns its
 * exit code. Needs Linux, `unshare` and `ip`; an account that is not root needs a kernel that lets it make
 * namespaces of its own.
 *
 * @param timeoutMs Milliseconds after which it is ended by force.
 * @throws {Error} When it was.
 */
export async function runSealed(
  seal: Seal,
  command: readonly string[],
  timeoutMs: number,
): Promise<number> {
  const enter = 'mount --bind "$0" /etc/hosts && ip link set lo up && ' +
    `ip address add ${FEISHU_ADDRESS}/32 dev lo && exec "$@"`;
  const args = [
    ...["--user", "--map-root-user", "--net", "--mount", "--pid", "--fork"],
    ...["--kill-child", "--mount-proc", "sh", "-c", enter, join(seal.dir, "hosts"), ...command],
  ];
  const env = { NODE_EXTRA_CA_CERTS: certificateOf(seal).cert };
  const child = new Deno.Command("unshare", { args, env, stdin: "null" }).spawn();
  try {
    return (await deadline(child.status, timeoutMs)).code;
  } catch (cause) {
    // It takes no other signal from a terminal or a service manager, and takes all of the place with it.
    child.kill("SIGKILL");
    throw new Error(`It took more than ${timeoutMs / 60_000} minutes`, { cause });
  }
}

async function run(command: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
  if (!success) throw new Error(`${command} failed: ${new TextDecoder().decode(stderr)}`);
}
