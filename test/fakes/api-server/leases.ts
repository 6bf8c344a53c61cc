/** Validation of coordination.k8s.io Leases: positive duration, no negative transitions. */
import type { Rules } from './kinds.ts';
import { wrong } from './metadata.ts';
import { at, type Draft } from './objects.ts';
import type { Cause } from './status.ts';

export const LEASE_RULES: Rules = { check };

function check(thing: Draft): Cause[] {
  const seconds = at(thing, 'spec', 'leaseDurationSeconds');
  const transitions = at(thing, 'spec', 'leaseTransitions');
  const causes: Cause[] = [];
  if (typeof seconds === 'number' && seconds <= 0)
    causes.push(wrong('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
  if (typeof transitions === 'number' && transitions < 0)
    causes.push(wrong('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
  return causes;
}
