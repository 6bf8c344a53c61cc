/**
 * The table of options: VSO's flags and variables, and ours. What a flag means is decided in config.ts;
 * the text here is what --help prints and the documentation shows.
 */
export interface Option {
  readonly kind: 'text' | 'bool';
  readonly default: string;
  readonly env?: string;
  readonly meaning: string;
  /** Why an option of VSO's has nothing to do here. */
  readonly unused?: string;
}

export type OptionName = keyof typeof OPTIONS;

export const OPTIONS = {
  help: { kind: 'bool', default: 'false', meaning: 'Print this list.' },
  version: { kind: 'bool', default: 'false', meaning: 'Print the version.' },
  kubeconfig: {
    kind: 'text',
    default: '',
    meaning: 'Path of a kubeconfig; without it the service account of the pod is used.',
  },
  'leader-elect': {
    kind: 'bool',
    default: 'true',
    meaning: 'Act only while holding the Lease b0d477c0.hashicorp.com.',
  },
  'metrics-bind-address': {
    kind: 'text',
    default: ':8080',
    meaning: 'Address of /metrics; 0 turns it off.',
  },
  'metrics-per-object': {
    kind: 'text',
    default: '500',
    env: 'VLO_METRICS_PER_OBJECT',
    meaning:
      'Most objects for which /metrics shows series of their own; with more only those by kind remain. 0 means never.',
  },
  'health-probe-bind-address': {
    kind: 'text',
    default: ':8081',
    meaning: 'Address of /healthz and /readyz; 0 turns it off.',
  },
  'client-cache-size': {
    kind: 'text',
    default: '10000',
    env: 'VSO_CLIENT_CACHE_SIZE',
    meaning: 'Most identities whose Vault token is kept.',
  },
  'client-cache-persistence-model': {
    kind: 'text',
    default: '',
    env: 'VSO_CLIENT_CACHE_PERSISTENCE_MODEL',
    meaning:
      'Where lease records are kept: direct-unencrypted (the default when unset) in Secrets of the operator namespace; direct-encrypted there, their tokens encrypted by the Transit key of the VaultAuth labelled cacheStorageEncryption=true; none in memory only, so that a crash may leave a lease to its TTL.',
  },
  'token-mode': {
    kind: 'text',
    default: 'isolated',
    env: 'VLO_TOKEN_MODE',
    meaning:
      'isolated: every leased credential is issued under a Vault token of its own, so that none is ever lost. shared: one token per VaultAuth and service account for its reads and leases, for estates that count tokens or use single-use AppRole secret ids; an answer of Vault that is lost leaves its lease to the TTL, and credentials are given back by lease id, which needs a policy on sys/leases/revoke.',
  },
  'max-concurrent-reconciles': {
    kind: 'text',
    default: '100',
    env: 'VSO_MAX_CONCURRENT_RECONCILES',
    meaning: 'Objects worked on at once.',
  },
  'max-concurrent-reconciles-vds': {
    kind: 'text',
    default: '100',
    meaning: 'Old name of --max-concurrent-reconciles.',
  },
  'global-transformation-options': {
    kind: 'text',
    default: '',
    env: 'VSO_GLOBAL_TRANSFORMATION_OPTIONS',
    meaning: 'Comma-separated; exclude-raw leaves _raw out of every Secret.',
  },
  'global-vault-auth-options': {
    kind: 'text',
    default: 'allow-default-globals',
    env: 'VSO_GLOBAL_VAULT_AUTH_OPTIONS',
    meaning:
      'Comma-separated; allow-default-globals lets a VaultAuth use a VaultAuthGlobal named default.',
  },
  'backoff-initial-interval': {
    kind: 'text',
    default: '5s',
    env: 'VSO_BACKOFF_INITIAL_INTERVAL',
    meaning: 'First delay after a failure.',
  },
  'backoff-max-interval': {
    kind: 'text',
    default: '60s',
    env: 'VSO_BACKOFF_MAX_INTERVAL',
    meaning: 'Longest delay after failures.',
  },
  'backoff-multiplier': {
    kind: 'text',
    default: '1.5',
    env: 'VSO_BACKOFF_MULTIPLIER',
    meaning: 'Growth of the delay from one failure to the next.',
  },
  'backoff-randomization-factor': {
    kind: 'text',
    default: '0.5',
    env: 'VSO_BACKOFF_RANDOMIZATION_FACTOR',
    meaning: 'Spread of the delay around its value, 0 to 1.',
  },
  'watch-namespaces': {
    kind: 'text',
    default: '',
    env: 'VLO_WATCH_NAMESPACES',
    meaning:
      "Comma-separated; only these namespaces and the operator's own are watched, so that Roles in them are enough. Unset: all.",
  },
  'lease-overlap': {
    kind: 'text',
    default: '2m',
    env: 'VLO_LEASE_OVERLAP',
    meaning:
      'How long a replaced credential stays valid when its restart targets have not rolled out, or there are none.',
  },
  'lease-owner-grace': {
    kind: 'text',
    default: '60s',
    env: 'VLO_LEASE_OWNER_GRACE',
    meaning: 'How long the credential of a deleted object stays valid.',
  },
  'restore-quiet-period': {
    kind: 'text',
    default: '10m',
    env: 'VLO_RESTORE_QUIET_PERIOD',
    meaning:
      'How long no credential is given back after the cluster was restored from a backup; 0 for no pause.',
  },
  hardened: {
    kind: 'bool',
    default: 'false',
    env: 'VLO_HARDENED',
    meaning:
      'All hardened rules; each of the next six options that is given says otherwise for itself. Without it what they would refuse is a warning condition.',
  },
  'allowed-vault-addresses': {
    kind: 'text',
    default: '',
    env: 'VLO_ALLOWED_VAULT_ADDRESSES',
    meaning:
      'Comma-separated; the only addresses that are called as a Vault: host (vault.example.com, vault.example.com:8200, *.example.com), network or address (10.0.0.0/8, 10.1.2.3:8200, fd00::/8) or * for any, over https unless http:// stands before it. Loopback, link-local and metadata addresses only where their network is listed. Unset: any; with --hardened: none.',
  },
  'require-audience': {
    kind: 'bool',
    default: '',
    env: 'VLO_REQUIRE_AUDIENCE',
    meaning:
      'Refuse logins whose service account token would be for no named audience, or for one of --api-server-audiences.',
  },
  'api-server-audiences': {
    kind: 'text',
    default:
      'https://kubernetes.default.svc,https://kubernetes.default.svc.cluster.local,kubernetes.default.svc,kubernetes.default.svc.cluster.local',
    env: 'VLO_API_SERVER_AUDIENCES',
    meaning:
      "Comma-separated; audiences that the API server takes, beside those of the operator's own token.",
  },
  'open-vault-auths': {
    kind: 'text',
    default: '',
    env: 'VLO_OPEN_VAULT_AUTHS',
    meaning:
      'Comma-separated namespace/name of the VaultAuth and VaultAuthGlobal objects that may be open to every namespace, as "default" in the namespace of the operator and any with allowedNamespaces ["*"] are; * for all that ask. Unset: all; with --hardened: none.',
  },
  'allow-secret-id-paths': {
    kind: 'bool',
    default: '',
    env: 'VLO_ALLOW_SECRET_ID_PATHS',
    meaning:
      "Let a VaultAuth of any namespace name a file of the operator's pod in appRole.secretIDPath; those of the operator's namespace always may. Unset: yes; with --hardened: no.",
  },
  'allow-skip-tls-verify': {
    kind: 'bool',
    default: '',
    env: 'VLO_ALLOW_SKIP_TLS_VERIFY',
    meaning: 'Let a VaultConnection set skipTLSVerify. Unset: yes; with --hardened: no.',
  },
  'zap-log-level': {
    kind: 'text',
    default: 'info',
    meaning: 'debug, info, warn, error or a number.',
  },
  'zap-encoder': { kind: 'text', default: 'json', meaning: 'json or console.' },
  'zap-devel': { kind: 'bool', default: 'false', meaning: 'Console log for development.' },
  'zap-time-encoding': {
    kind: 'text',
    default: '',
    meaning: '',
    unused: 'times are always RFC 3339',
  },
  'zap-stacktrace-level': {
    kind: 'text',
    default: '',
    meaning: '',
    unused: 'stacks are logged for unexpected errors only',
  },
  output: {
    kind: 'text',
    default: '',
    env: 'VSO_OUTPUT_FORMAT',
    meaning: '',
    unused: '--version prints JSON',
  },
  'backoff-max-elapsed-time': {
    kind: 'text',
    default: '0',
    env: 'VSO_BACKOFF_MAX_ELAPSED_TIME',
    meaning: '',
    unused: 'a failing object is tried for as long as it exists',
  },
  'client-cache-num-locks': {
    kind: 'text',
    default: '',
    env: 'VSO_CLIENT_CACHE_NUM_LOCKS',
    meaning: '',
    unused: 'the cache has no locks',
  },
  'kube-client-qps': {
    kind: 'text',
    default: '0',
    env: 'VSO_KUBE_CLIENT_QPS',
    meaning: '',
    unused: "the API server's own priority and fairness limits requests",
  },
  'kube-client-burst': {
    kind: 'text',
    default: '0',
    env: 'VSO_KUBE_CLIENT_BURST',
    meaning: '',
    unused: "the API server's own priority and fairness limits requests",
  },
  uninstall: {
    kind: 'bool',
    default: 'false',
    meaning: '',
    unused: 'no finalizers are added, so nothing has to be removed before uninstalling',
  },
  'pre-delete-hook-timeout-seconds': {
    kind: 'text',
    default: '',
    meaning: '',
    unused: 'there is no pre-delete hook',
  },
  'min-refresh-after-hvsa': {
    kind: 'text',
    default: '',
    meaning: '',
    unused: 'HCP Vault Secrets was switched off by its vendor',
  },
} as const satisfies Record<string, Option>;
