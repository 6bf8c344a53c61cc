/**
 * A second and third try, at once, of what may be done twice: a blink of the network or of a node need not reach
 * the reconcilers. Refuses to repeat what waits for someone: a refusal, a throttle, a deadline, a name that is not there.
 */
import { type Clock, sleep } from '../runtime/clock.ts';
import { type Fault, faultOf } from '../runtime/fault.ts';

const WAITS_MS = [200, 600];

/** Only for calls whose repetition changes nothing. */
export async function withRepeats<T>(
  clock: Clock,
  signal: AbortSignal,
  act: () => Promise<T>,
): Promise<T> {
  for (const waitMs of WAITS_MS) {
    try {
      return await act();
    } catch (thrown) {
      if (!isBlink(faultOf(thrown))) throw thrown;
      // Broken off while waiting: what failed says more than that we stopped.
      await sleep(clock, waitMs, signal).catch(() => Promise.reject(thrown));
    }
  }
  return act();
}

/** A node that failed or has not caught up, or a connection that stood and was cut. */
function isBlink(fault: Fault): boolean {
  if (fault.kind !== 'transient') return false;
  if (fault.reason === 'VaultServerError' || fault.reason === 'VaultStandby') return true;
  return fault.reason === 'VaultUnreachable' && fault.ambiguous === true;
}
