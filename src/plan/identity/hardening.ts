/**
 * The hardened rules: what VSO accepts and a careful estate does not. A rule that is on refuses the object; one that is
 * off finds the same and leaves it at a warning. Judges specifications only; where an address leads is judged again
 * when it is connected to.
 */
import type { Verdict } from '../../api/conditions.ts';
import { REASONS, type Reason } from '../../api/reasons.ts';
import type { VaultConnectionSpec } from '../../api/vault-connection.ts';
import { type Login, sourceOf } from '../../api/vault-exchange.ts';
import { refused } from '../../runtime/fault.ts';
import { AddressRule } from './address-rule.ts';
import { type Admission, asksToBeOpen, type NamedRef, nameOf } from './references.ts';

export interface HardenedRules {
  /** Absent: any address. */
  readonly addresses?: AddressRule | undefined;
  readonly audienceRequired: boolean;
  /** Audiences that no login may ask for, because the API server takes such tokens itself. */
  readonly apiServerAudiences: readonly string[];
  readonly openAuths: Admission['openAuths'];
  /** Of VaultAuths outside the operator's namespace. */
  readonly secretIdPathsAllowed: boolean;
  readonly skipTlsVerifyAllowed: boolean;
}

/** VSO's meaning. */
export const UNHARDENED: HardenedRules = {
  audienceRequired: false,
  apiServerAudiences: [],
  openAuths: 'any',
  secretIdPathsAllowed: true,
  skipTlsVerifyAllowed: true,
};

export interface Finding {
  readonly reason: Reason;
  /** Names the field and the remedy. */
  readonly message: string;
  /** The rule is on. */
  readonly isRefused: boolean;
}

/** Throws the first finding whose rule is on. */
export function refuseFindings(findings: readonly Finding[]): void {
  const found = findings.find(({ isRefused }) => isRefused);
  if (found) throw refused(found.reason, found.message);
}

/** What the findings come to as a condition, those that refuse aside: they are told as faults. */
export function warningOf(findings: readonly Finding[]): Verdict | undefined {
  const warnings = findings.filter(({ isRefused }) => !isRefused);
  const [first] = warnings;
  if (!first) return undefined;
  const message = warnings.map((finding) => finding.message).join('; ');
  return { type: 'Hardened', status: 'False', reason: first.reason, message };
}

/** What --hardened would say of a place that no list speaks of. */
const UNLISTED = new AddressRule(['*']);

export function connectionFindings(spec: VaultConnectionSpec, rules: HardenedRules): Finding[] {
  const findings: Finding[] = [];
  const url = URL.parse(spec.address);
  const flaw = url ? (rules.addresses ?? UNLISTED).flawOf(url) : undefined;
  if (flaw)
    findings.push({
      reason: 'VaultAddressRefused',
      message: `spec.address ${flaw}. ${REASONS.VaultAddressRefused.remedy}`,
      isRefused: rules.addresses !== undefined,
    });
  if (spec.skipTLSVerify)
    findings.push({
      reason: 'TLSVerificationSkipped',
      message:
        'spec.skipTLSVerify is true, so whoever answers at the address receives every login and secret; set it to false and give the CA in spec.caCertSecretRef',
      isRefused: !rules.skipTlsVerifyAllowed,
    });
  return findings;
}

/** Of the tokens that a login asks Kubernetes for. */
export function loginFindings(login: Login, rules: HardenedRules): Finding[] {
  const audiences = audiencesOf(login);
  if (!audiences) return [];
  const field = `spec.${login.method}.audiences`;
  const isRefused = rules.audienceRequired;
  const own = audiences.find((audience) => rules.apiServerAudiences.includes(audience));
  if (audiences.length > 0 && own === undefined) return [];
  const flaw =
    own === undefined
      ? 'is empty, so the token that Vault is sent is one that the API server takes, too'
      : `names ${own}, which the API server takes, too`;
  const message = `${field} ${flaw}; name an audience that only Vault is meant by, and bind the role in Vault to it`;
  return [{ reason: 'AudienceTooWide', message, isRefused }];
}

/** Undefined when the login asks Kubernetes for no token. */
function audiencesOf(login: Login): readonly string[] | undefined {
  if (login.method === 'kubernetes') return login.audiences;
  if (login.method !== 'jwt' || login.token.kind !== 'serviceAccount') return undefined;
  return login.token.audiences;
}

/** A file of the pod belongs to whoever runs the operator, and can be named by everybody. */
export function fileFindings(
  login: Login,
  { namespace }: NamedRef,
  { secretIdPathsAllowed }: HardenedRules,
  operatorNamespace: string,
): Finding[] {
  if (sourceOf(login)?.kind !== 'file' || namespace === operatorNamespace) return [];
  const message =
    "spec.appRole.secretIDPath names a file of the operator's pod, which every namespace can do; use spec.appRole.secretRef, or a VaultAuth of the operator's namespace that allows this one";
  return [{ reason: 'SecretIdPathOpen', message, isRefused: !secretIdPathsAllowed }];
}

/** Of a VaultAuth or a VaultAuthGlobal. Where the rule is on it closes the object instead of refusing it. */
export function opennessFindings(
  kind: string,
  object: NamedRef & { readonly allowedNamespaces?: readonly string[] | undefined },
  admission: Admission,
): Finding[] {
  const { openAuths } = admission;
  if (!asksToBeOpen(object, admission)) return [];
  if (openAuths !== 'any' && openAuths.includes(nameOf(object))) return [];
  const state =
    openAuths === 'any'
      ? 'is open to every namespace'
      : 'asks to be open to every namespace and is not, as --open-vault-auths does not list it';
  return [
    {
      reason: 'OpenToAllNamespaces',
      message: `${kind} ${nameOf(object)} ${state}; list the namespaces in spec.allowedNamespaces, or let an administrator list the object in --open-vault-auths`,
      isRefused: false,
    },
  ];
}
