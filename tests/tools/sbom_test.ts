import { assert, assertEquals, assertThrows } from "@std/assert";
import { makeSbom, sbomOfCheckout } from "../../tools/sbom.ts";

const locked = JSON.parse(await Deno.readTextFile(new URL("../../deno.lock", import.meta.url)));

Deno.test("the bill of materials has each package of the lock once, with its hash", async () => {
  const sbom = await sbomOfCheckout();
  assertEquals([sbom.bomFormat, sbom.specVersion], ["CycloneDX", "1.6"]);
  const refs = sbom.components.map((one) => one["bom-ref"]);
  assertEquals(new Set(refs).size, refs.length);
  const { jsr, npm } = locked;
  assertEquals(refs.length, Object.keys({ ...jsr, ...npm }).length + 1);
  for (const [key, { integrity }] of Object.entries<{ integrity: string }>(npm)) {
    const one = sbom.components.find(({ name, version }) => `${name}@${version}` === key);
    const [hash] = one !== undefined && "hashes" in one ? one.hashes : [];
    assertEquals(hash?.alg, "SHA-512", key);
    const base64 = Uint8Array.fromHex(hash?.content ?? "").toBase64();
    assertEquals(`sha512-${base64}`, integrity);
  }
  const known = new Set([sbom.metadata.component["bom-ref"], ...refs]);
  for (const { ref, dependsOn } of sbom.dependencies) {
    assert([ref, ...dependsOn].every((one) => known.has(one)), ref);
  }
  assertEquals(await sbomOfCheckout(), sbom);
});

Deno.test("it tells what is in the program from what only the tests use", async () => {
  const { components } = await sbomOfCheckout();
  const scope = (name: string) => components.find((one) => one.name === name)?.scope;
  assertEquals(scope("playwright-core"), "excluded");
  assertEquals(scope("@std/assert"), "excluded");
  for (const name of ["deno", "@std/async", "@std/internal", "marked", "axios", "ws"]) {
    assertEquals(scope(name), "required", name);
  }
});

Deno.test("a lock that is not understood gives no bill", () => {
  const config = { name: "x", version: "1.0.0", license: "MIT", imports: {} };
  const make = (lock: unknown, used: string[] = []) =>
    makeSbom(Object.assign({ version: "5", specifiers: {} }, lock), config, new Set(used), "2.9.6");
  assertThrows(() => make({ version: "6" }), Error, "version 6");
  assertThrows(() => make({}, ["left-pad"]), Error, "left-pad");
});
