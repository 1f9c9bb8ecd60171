// Stand-in for jsr:@std/assert where jsr.io cannot be reached: the same code from npm, with the types we use.
import * as impl from "npm:deno-std@1.4.0/assert/mod.js";

type Class<T> = abstract new (...args: never[]) => T;
export const assert: (expr: unknown, msg?: string) => asserts expr = impl.assert;
export const assertFalse: (expr: unknown, msg?: string) => void = impl.assertFalse;
export const assertEquals: <T>(actual: T, expected: T, msg?: string) => void = impl.assertEquals;
export const assertNotEquals: <T>(actual: T, expected: T, msg?: string) => void =
  impl.assertNotEquals;
export const assertStrictEquals: <T>(
  actual: unknown,
  expected: T,
  msg?: string,
) => asserts actual is T = impl.assertStrictEquals;
export const assertExists: <T>(actual: T, msg?: string) => asserts actual is NonNullable<T> =
  impl.assertExists;
export const assertMatch: (actual: string, expected: RegExp, msg?: string) => void =
  impl.assertMatch;
export const assertNotMatch: (actual: string, expected: RegExp, msg?: string) => void =
  impl.assertNotMatch;
export const assertStringIncludes: (actual: string, expected: string, msg?: string) => void =
  impl.assertStringIncludes;
export const assertGreater: <T>(actual: T, expected: T, msg?: string) => void = impl.assertGreater;
export const assertGreaterOrEqual: <T>(actual: T, expected: T, msg?: string) => void =
  impl.assertGreaterOrEqual;
export const assertLess: <T>(actual: T, expected: T, msg?: string) => void = impl.assertLess;
export const assertLessOrEqual: <T>(actual: T, expected: T, msg?: string) => void =
  impl.assertLessOrEqual;
export const assertArrayIncludes: <T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
) => void = impl.assertArrayIncludes;
export const assertObjectMatch: (
  actual: object,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
) => void = impl.assertObjectMatch;
export const assertInstanceOf: <T>(
  actual: unknown,
  expectedType: Class<T>,
  msg?: string,
) => asserts actual is T = impl.assertInstanceOf;
export const assertThrows: {
  (fn: () => unknown, msg?: string): unknown;
  <E extends Error>(fn: () => unknown, errorClass: Class<E>, msgIncludes?: string): E;
} = impl.assertThrows;
export const assertRejects: {
  (fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
  <E extends Error>(
    fn: () => PromiseLike<unknown>,
    errorClass: Class<E>,
    msgIncludes?: string,
  ): Promise<E>;
} = impl.assertRejects;
export const fail: (msg?: string) => never = impl.fail;
