/** What a VaultConnection and a VaultAuth say of themselves: VSO's condition types beside those of kstatus. */
import type { Verdict } from '../api/conditions.ts';
import type { Fault } from '../runtime/fault.ts';
import { healthOf, type Summary } from './status.ts';

export interface ConnectionFacts {
  /** The specification and its CA can be used. */
  readonly isValid: boolean;
  /** Of the specification, its CA, or Vault's answer. */
  readonly fault: Fault | undefined;
}

export function summariseConnection({ isValid, fault }: ConnectionFacts): Summary {
  const isReached = fault === undefined;
  const verdicts: Verdict[] = [
    ...healthOf({ usable: isReached, fault }),
    check('ResourceValidation', isValid, 'the specification is valid', fault),
    check('VaultPing', isReached, 'Vault answered', fault),
  ];
  if (isValid) return { verdicts, retracted: ['VaultClient'] };
  const client = {
    type: 'VaultClient',
    status: 'False',
    reason: 'VaultClientConfigError',
  } as const;
  return { verdicts: [...verdicts, { ...client, message: fault?.message ?? '' }], retracted: [] };
}

export interface AuthFacts {
  /** Its references resolve and its fields are complete. */
  readonly isValid: boolean;
  /** Of the specification, or of the last login under it. */
  readonly fault: Fault | undefined;
  readonly usesGlobal: boolean;
}

export function summariseAuth({ isValid, fault, usesGlobal }: AuthFacts): Summary {
  const verdicts = [
    ...healthOf({ usable: fault === undefined, fault }),
    check(
      'ResourceValidation',
      isValid,
      'the references resolve and the fields are complete',
      fault,
    ),
  ];
  if (!usesGlobal) return { verdicts, retracted: ['Available'] };
  const available: Verdict = {
    type: 'Available',
    status: isValid ? 'True' : 'False',
    reason: 'VaultAuthGlobalRef',
    message: isValid ? 'the VaultAuthGlobal was merged' : (fault?.message ?? ''),
  };
  return { verdicts: [...verdicts, available], retracted: [] };
}

function check(
  type: 'ResourceValidation' | 'VaultPing',
  isGood: boolean,
  message: string,
  fault: Fault | undefined,
): Verdict {
  if (isGood) return { type, status: 'True', reason: 'Accepted', message };
  return { type, status: 'False', reason: 'InvalidConfiguration', message: fault?.message ?? '' };
}
