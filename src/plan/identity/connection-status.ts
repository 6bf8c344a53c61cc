/** What a VaultConnection and a VaultAuth say of themselves: VSO's condition types beside those of kstatus. */
import type { Verdict } from '../../api/conditions.ts';
import type { Fault } from '../../runtime/fault.ts';
import { healthOf, type Summary } from '../status/status.ts';

export interface ConnectionFacts {
  /** The specification and its CA can be used. */
  readonly isValid: boolean;
  /** Of the specification, its CA, or Vault's answer. */
  readonly fault: Fault | undefined;
  /** What the hardened rules find. */
  readonly warning?: Verdict | undefined;
}

export function summariseConnection({ isValid, fault, warning }: ConnectionFacts): Summary {
  const isReached = fault === undefined;
  const verdicts: Verdict[] = [
    ...healthOf({ usable: isReached, fault }),
    check('ResourceValidation', isValid, 'the specification is valid', fault),
    check('VaultPing', isReached, 'Vault answered', fault),
  ];
  const warned = withWarning(warning);
  if (isValid) return joined({ verdicts, retracted: ['VaultClient'] }, warned);
  const client = {
    type: 'VaultClient',
    status: 'False',
    reason: 'VaultClientConfigError',
  } as const;
  const all = [...verdicts, { ...client, message: fault?.message ?? '' }];
  return joined({ verdicts: all, retracted: [] }, warned);
}

function withWarning(warning: Verdict | undefined): Summary {
  return warning
    ? { verdicts: [warning], retracted: [] }
    : { verdicts: [], retracted: ['Hardened'] };
}

function joined(a: Summary, b: Summary): Summary {
  return {
    verdicts: [...a.verdicts, ...b.verdicts],
    retracted: [...a.retracted, ...b.retracted],
  };
}

export interface AuthFacts {
  /** Its references resolve and its fields are complete. */
  readonly isValid: boolean;
  /** Of the specification, or of the last login under it. */
  readonly fault: Fault | undefined;
  readonly usesGlobal: boolean;
  readonly warning?: Verdict | undefined;
}

export function summariseAuth({ isValid, fault, usesGlobal, warning }: AuthFacts): Summary {
  const warned = withWarning(warning);
  const verdicts = [
    ...healthOf({ usable: fault === undefined, fault }),
    check(
      'ResourceValidation',
      isValid,
      'the references resolve and the fields are complete',
      fault,
    ),
  ];
  if (!usesGlobal) return joined({ verdicts, retracted: ['Available'] }, warned);
  const available: Verdict = {
    type: 'Available',
    status: isValid ? 'True' : 'False',
    reason: 'VaultAuthGlobalRef',
    message: isValid ? 'the VaultAuthGlobal was merged' : (fault?.message ?? ''),
  };
  return joined({ verdicts: [...verdicts, available], retracted: [] }, warned);
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
