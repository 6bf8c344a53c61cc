/** Work that its caller gave up, as a fault: waiting for others ends with the signal's own reason, which is none. */
import { REASONS } from '../api/reasons.ts';
import { FaultError } from '../runtime/fault.ts';

/** What `wait` gives; the abort of `signal` becomes the fault Interrupted or VaultTimeout. */
export async function unlessAborted<T>(signal: AbortSignal, wait: () => Promise<T>): Promise<T> {
  try {
    return await wait();
  } catch (thrown) {
    if (thrown instanceof FaultError || !signal.aborted) throw thrown;
    throw interruption(signal);
  }
}

export function interruption(signal: AbortSignal): FaultError {
  const reason = isTimeout(signal) ? 'VaultTimeout' : 'Interrupted';
  const message = `while waiting for Vault: ${REASONS[reason].means}`;
  return new FaultError({ kind: 'transient', reason, message });
}

/** As the platform and our clock name the end of a deadline. */
export function isTimeout(signal: AbortSignal): boolean {
  return signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
}
