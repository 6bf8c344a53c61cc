/**
 * The rule on addresses where it counts: before anything is sent, and at the one lookup whose answer is connected to.
 * A name that resolves otherwise a moment later is judged anew at its next connection; there is no second lookup
 * in between.
 */
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { REASONS } from '../api/reasons.ts';
import { FaultError } from '../runtime/fault.ts';

/** What speaks against calling a place; `resolved` are all the addresses that its name led to. */
export interface AddressRule {
  flawOf(
    place: { readonly protocol: string; readonly hostname: string; readonly port: string },
    resolved?: readonly string[],
  ): string | undefined;
}

/** As node:dns. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  found: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

class AddressRefusal extends Error {
  readonly flaw: string;

  constructor(flaw: string) {
    super('address refused');
    this.flaw = flaw;
  }
}

/** Throws VaultAddressRefused for what can be told without resolving: a literal address, a name, plain http. */
export function refuseUnlisted(rule: AddressRule | undefined, url: URL): void {
  const flaw = rule?.flawOf(url);
  if (flaw) throw addressFault(flaw, 'refused');
}

/** What sockets resolve with: gives no address unless every one is allowed. */
export function guardedLookup(
  rule: AddressRule,
  place: { readonly protocol: string; readonly port: string },
  resolve: Resolve = lookup,
): LookupFunction {
  return (hostname, options, found) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return found(error, []);
      const resolved = addresses.map(({ address }) => address);
      const flaw = rule.flawOf({ ...place, hostname }, resolved);
      const [first] = addresses;
      if (flaw || !first) return found(new AddressRefusal(flaw ?? 'leads nowhere'), []);
      if (options.all) return found(null, addresses);
      return found(null, first.address, first.family);
    });
  };
}

/** The flaw when a request failed because of the rule. */
export function flawIn(thrown: unknown): string | undefined {
  const cause: unknown = Object(thrown).cause ?? thrown;
  return cause instanceof AddressRefusal ? cause.flaw : undefined;
}

/** `denied`: where the name leads may change without the object. */
export function addressFault(flaw: string, kind: 'refused' | 'denied'): FaultError {
  return new FaultError({
    kind,
    reason: 'VaultAddressRefused',
    message: `spec.address of the VaultConnection ${flaw}. ${REASONS.VaultAddressRefused.remedy}`,
  });
}
