/**
 * The error texts of Vault that we know to be harmless, in our own words. Vault's texts may echo what was sent,
 * so nothing of them is ever passed on: a text is recognised here, or it stays unsaid.
 */
type KnownMeaning =
  | 'token-invalid'
  | 'lease-gone'
  /** What stands behind the mount failed, for instance the database; Vault says so with status 400. */
  | 'backend-failed'
  | 'sealed'
  | 'standby'
  /** Of requests: every call waits. */
  | 'overloaded'
  /** Of leases: other calls need not wait. */
  | 'full'
  | 'said';

export interface KnownError {
  readonly meaning: KnownMeaning;
  readonly says: string;
}

const KNOWN: readonly (readonly [RegExp, KnownMeaning, string])[] = [
  [/\b(invalid|bad) token\b/, 'token-invalid', 'the token is invalid'],
  [/\bpast the max TTL\b/, 'lease-gone', 'the lease is at its maximum'],
  [/\bfailed to (renew|revoke) entry\b/, 'backend-failed', 'what stands behind the mount failed'],
  [/^lease not found$/m, 'lease-gone', 'the lease is not found'],
  [/^lease expired$/m, 'lease-gone', 'the lease has expired'],
  [/^lease is expired and\b/m, 'lease-gone', 'the lease has expired'],
  [/^lease is not renewable$/m, 'lease-gone', 'the lease is not renewable'],
  [/\bVault is sealed\b/, 'sealed', 'it is sealed'],
  [/\bAPI access to this namespace has been locked\b/, 'sealed', 'its namespace is locked'],
  [/\bnode is not active\b|\bnode not active\b/, 'standby', 'the node is not active'],
  [/\bno active Vault instance\b/, 'standby', 'no node is active'],
  [/\bVault is in standby mode\b/, 'standby', 'the node is a standby'],
  [/\brequired index state not present\b/, 'standby', 'the node has not caught up'],
  [/\boverloaded\b/, 'overloaded', 'it is overloaded'],
  [/\brate limit quota exceeded\b/, 'overloaded', 'a rate limit quota is exceeded'],
  [/\blease count quota exceeded\b/, 'full', 'a lease count quota is exceeded'],
  [/\bno handler for route\b/, 'said', 'nothing is mounted at that path'],
  [/\bunsupported path\b/, 'said', 'the mount knows no such path'],
  [/\bunsupported operation\b/, 'said', 'the path does not take this method'],
  [
    /\b(unknown role|invalid role name|role .* (could not be|not) found)/,
    'said',
    'there is no such role',
  ],
  [
    /\bservice account name not authorized\b/,
    'said',
    'the role does not allow the service account',
  ],
  [
    /\bnamespace not authorized\b/,
    'said',
    "the role does not allow the service account's namespace",
  ],
  [/\baudience\b/, 'said', "the service account token's audience is not the role's"],
  [
    /\((exp|nbf|iat)\) claim\b/,
    'said',
    "the service account token is expired or not valid yet: compare the servers' clocks",
  ],
  [/\bUpgrading from non-versioned\b/, 'said', 'the mount is preparing its storage'],
  [/\bclaim "iss" is invalid\b/, 'said', "the service account token's issuer is not accepted"],
  [
    /\bbatch tokens cannot be (renewed|revoked)\b/,
    'said',
    'batch tokens can be neither renewed nor revoked',
  ],
  [
    /\bcannot renew a lease across namespaces\b/,
    'said',
    'the lease belongs to another Vault namespace',
  ],
  [/\bnot allowed (by|in) this role\b/, 'said', 'the role does not allow a name in the request'],
  [/\bcommon_name field is required\b/, 'said', 'the role needs a common name'],
  [/\bnot a valid IP address\b/, 'said', 'an IP address in the request is not a valid IP address'],
  [/\bbeyond the expiration of the CA\b/, 'said', 'the certificate would outlive its issuer'],
  [/\bEither ttl or not_after\b/, 'said', 'the request has both a TTL and a fixed end'],
  [/\bunable to find PKI issuer\b/, 'said', 'there is no such issuer'],
  [/\bcertificate with serial .* not found\b/, 'said', 'the engine keeps no such certificate'],
  [/\bmissing client token\b/, 'said', 'the path needs a token'],
];

export function knownError(errors: readonly string[]): KnownError | undefined {
  const text = errors.join('\n');
  const found = KNOWN.find(([pattern]) => pattern.test(text));
  return found && { meaning: found[1], says: found[2] };
}
