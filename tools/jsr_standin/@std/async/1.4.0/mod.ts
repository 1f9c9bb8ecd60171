// Stand-in for jsr:@std/async where jsr.io cannot be reached: the same code from npm, with the types we use.
import { abortable as abortableImpl } from "npm:deno-std@1.4.0/async/abortable.js";
import { deadline as deadlineImpl } from "npm:deno-std@1.4.0/async/deadline.js";
import { delay as delayImpl } from "npm:deno-std@1.4.0/async/delay.js";
import { retry as retryImpl, RetryError as RetryErrorImpl } from "npm:deno-std@1.4.0/async/retry.js";

export interface RetryOptions {
  multiplier?: number;
  maxTimeout?: number;
  maxAttempts?: number;
  minTimeout?: number;
  jitter?: number;
  isRetriable?: (error: unknown) => boolean;
  signal?: AbortSignal;
}
export interface DelayOptions {
  signal?: AbortSignal;
  persistent?: boolean;
}
export const abortable = abortableImpl as {
  <T>(promise: Promise<T>, signal: AbortSignal): Promise<T>;
  <T>(iterable: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T>;
};
export const deadline = deadlineImpl as <T>(
  promise: Promise<T>,
  ms: number,
  options?: { signal?: AbortSignal },
) => Promise<T>;
export const delay = delayImpl as (ms: number, options?: DelayOptions) => Promise<void>;
export const retry = retryImpl as <T>(
  fn: (() => Promise<T>) | (() => T),
  options?: RetryOptions,
) => Promise<T>;
export type RetryError = Error;
export const RetryError = RetryErrorImpl as {
  new (cause: unknown, attempts: number): RetryError;
};
