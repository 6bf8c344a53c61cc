/** A look that may fail: what was found, that it is not there, or why it could not be seen. */
import type { Sight } from '../plan/explain/explain-facts.ts';
import { type Fault, FaultError } from '../runtime/fault.ts';

/** Throws only what is no fault. */
export async function sightOf<Thing>(
  look: () => Promise<Thing | undefined>,
): Promise<Sight<Thing>> {
  try {
    const value = await look();
    return value === undefined ? { kind: 'missing' } : { kind: 'found', value };
  } catch (thrown) {
    if (!(thrown instanceof FaultError)) throw thrown;
    return { kind: 'unseen', fault: asYours(thrown.fault) };
  }
}

/** The doors speak of the operator; here it is a person who may not. */
export function asYours(fault: Fault): Fault {
  const message = fault.message
    .replace(
      /^the operator may not (.*): grant that verb to its service account$/,
      'you may not $1',
    )
    .replace("the operator's credentials", 'your credentials');
  return { ...fault, message };
}
