/**
 * One abort that follows another for as long as the work lasts. AbortSignal.any is not used: it keeps a signal with
 * a forgotten listener as long as its source lives, and Node 24.16 and later can lose an abort to the garbage collector.
 */

/** `to` aborts when `from` does, with its reason, until the link is disposed. */
export function follow(from: AbortSignal, to: AbortController): Disposable {
  const pass = (): void => to.abort(from.reason);
  if (from.aborted) pass();
  else from.addEventListener('abort', pass, { once: true });
  return { [Symbol.dispose]: () => from.removeEventListener('abort', pass) };
}
