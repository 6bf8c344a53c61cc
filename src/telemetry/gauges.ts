/**
 * Every gauge: what is read when somebody asks, with its help and the values that its labels can take. 'open' labels
 * hold words of the operator's own or names of objects; such a gauge has no series while there is nothing to show.
 */
import { LANES, type Lane } from '../runtime/lanes.ts';
import type { Catalogue } from './catalogue.ts';

interface OfKind {
  readonly kind: string;
}

interface OfObject extends OfKind {
  /** Not `namespace`, which Prometheus gives to the pod that it scrapes. */
  readonly object_namespace: string;
  readonly object_name: string;
}

export interface Gauges {
  /** Keys that wait, by lane. */
  readonly workqueue_depth: { readonly name: 'reconcile'; readonly priority: Lane };
  readonly workqueue_longest_running_processor_seconds: { readonly name: 'reconcile' };
  readonly leader_election_master_status: { readonly name: string };
  readonly vso_runtime_config: Readonly<Record<keyof typeof SETTINGS, string>>;
  readonly vso_client_cache_size: NoLabels;
  readonly vso_client_cache_length: NoLabels;
  readonly controller_resource_status: {
    readonly controller: string;
    readonly name: string;
    readonly namespace: string;
  };
  readonly vault_lease_operator_ledger_records: {
    readonly state: 'pending' | 'current' | 'retiring' | 'locked' | 'foreign' | 'unreadable';
  };
  readonly vault_lease_operator_give_back_paused: NoLabels;
  readonly vault_lease_operator_ledger_oldest_timestamp_seconds: {
    readonly state: 'pending' | 'retiring';
  };
  readonly vault_lease_operator_token_expiry_timestamp_seconds: {
    readonly owner: 'credential' | 'identity';
  };
  readonly vault_lease_operator_watch_failures: { readonly resource: string };
  readonly vault_lease_operator_objects: OfKind & {
    readonly ready: 'true' | 'false' | 'unknown';
    readonly reason: string;
  };
  readonly vault_lease_operator_objects_overdue: OfKind;
  readonly vault_lease_operator_objects_paused: OfKind;
  readonly vault_lease_operator_not_ready_since_timestamp_seconds: OfKind;
  readonly vault_lease_operator_last_success_timestamp_seconds: OfKind;
  readonly vault_lease_operator_next_action_timestamp_seconds: OfKind;
  readonly vault_lease_operator_credentials: OfKind & {
    readonly phase: 'living' | 'closing' | 'ended';
  };
  readonly vault_lease_operator_credential_expiry_timestamp_seconds: OfKind;
  readonly vault_lease_operator_object_ready: OfObject & { readonly reason: string };
  readonly vault_lease_operator_object_expiry_timestamp_seconds: OfObject;
  readonly vault_lease_operator_object_last_success_timestamp_seconds: OfObject;
  readonly vault_lease_operator_object_next_action_timestamp_seconds: OfObject;
}

type NoLabels = Readonly<Record<string, never>>;

/** VSO's, as far as they mean something here. */
const SETTINGS = {
  backoffInitialInterval: 'open',
  backoffMaxInterval: 'open',
  backoffMultiplier: 'open',
  backoffRandomizationFactor: 'open',
  clientCachePersistenceModel: 'open',
  clientCacheSize: 'open',
  globalTransformationOptions: 'open',
  globalVaultAuthOptions: 'open',
  maxConcurrentReconciles: 'open',
} as const;

const OBJECT = { kind: 'open', object_namespace: 'open', object_name: 'open' } as const;
const BY_KIND = { kind: 'open' } as const;

/** `kinds`: of our custom resources. */
export function gaugesOf(kinds: readonly string[]): Catalogue<Gauges> {
  return { ...PROCESS, ...LEDGER, ...summaries(kinds), ...PER_OBJECT };
}

const PROCESS = {
  workqueue_depth: {
    help: 'Objects that wait for a reconcile, by urgency.',
    labels: { name: ['reconcile'], priority: LANES },
  },
  workqueue_longest_running_processor_seconds: {
    help: 'Duration of the reconcile that has been under way longest.',
    labels: { name: ['reconcile'] },
  },
  leader_election_master_status: {
    help: '1 while this replica leads, or has no need to; name is that of the Lease.',
    labels: { name: 'open' },
  },
  vso_runtime_config: {
    help: 'The settings of this process in its labels; always 1.',
    labels: SETTINGS,
  },
  vso_client_cache_size: { help: 'Identities whose Vault token may be kept.', labels: {} },
  vso_client_cache_length: { help: 'Identities whose Vault token is kept.', labels: {} },
  vault_lease_operator_watch_failures: {
    help: 'Failures in a row of a watch of the API server; 0 while it is well.',
    labels: { resource: 'open' },
  },
} as const;

const LEDGER = {
  vault_lease_operator_ledger_records: {
    help: 'Credentials on record, by state; locked ones wait to be decrypted, foreign and unreadable ones are left alone.',
    labels: { state: ['pending', 'current', 'retiring', 'locked', 'foreign', 'unreadable'] },
  },
  vault_lease_operator_give_back_paused: {
    help: '1 while nothing is given back because the cluster was restored from a backup.',
    labels: {},
  },
  vault_lease_operator_ledger_oldest_timestamp_seconds: {
    help: 'Since when the oldest record is pending, or waits to be given back; no series while there is none.',
    labels: { state: 'open' },
  },
  vault_lease_operator_token_expiry_timestamp_seconds: {
    help: 'When the first Vault token ends if nobody renews it: of those that own a credential in place, and of those that identities share for reading.',
    labels: { owner: 'open' },
  },
} as const;

function summaries(kinds: readonly string[]) {
  return {
    vault_lease_operator_objects: {
      help: 'Objects by kind and condition Ready with its reason; Pending when nobody has judged the object yet, Other for a word of another operator.',
      labels: { kind: 'open', ready: 'open', reason: 'open' },
    },
    vault_lease_operator_objects_overdue: {
      help: 'Objects for which nothing has gone well for more than twice the time between two looks.',
      labels: { kind: kinds },
    },
    vault_lease_operator_objects_paused: {
      help: 'Objects that rest because an annotation of theirs or of their namespace says so.',
      labels: { kind: kinds },
    },
    vault_lease_operator_not_ready_since_timestamp_seconds: {
      help: 'Since when the object that has waited longest is not ready; no series while all are, or are paused.',
      labels: BY_KIND,
    },
    vault_lease_operator_last_success_timestamp_seconds: {
      help: 'The last look that went well, of the object for which it is longest ago; only objects that are looked at regularly.',
      labels: BY_KIND,
    },
    vault_lease_operator_next_action_timestamp_seconds: {
      help: 'When the first of the objects is looked at next.',
      labels: BY_KIND,
    },
    vault_lease_operator_credentials: {
      help: 'Leases and certificates in place: living; closing, which is nearer to the end than the safety margin (a twentieth of the life, ten minutes at most); or ended.',
      labels: {
        kind: ['VaultDynamicSecret', 'VaultPKISecret'],
        phase: ['living', 'closing', 'ended'],
      },
    },
    vault_lease_operator_credential_expiry_timestamp_seconds: {
      help: 'When the first lease or certificate ends if nobody renews or replaces it.',
      labels: BY_KIND,
    },
  } as const;
}

/** Shown while there are few enough objects: see --metrics-per-object. */
const PER_OBJECT = {
  controller_resource_status: {
    help: '1 while the object is ready, else 0. A series per object.',
    labels: { controller: 'open', name: 'open', namespace: 'open' },
  },
  vault_lease_operator_object_ready: {
    help: '1 while the object is ready, else 0, with the reason. A series per object.',
    labels: { ...OBJECT, reason: 'open' },
  },
  vault_lease_operator_object_expiry_timestamp_seconds: {
    help: 'When the lease or certificate in the Secret ends if nobody renews or replaces it. A series per object.',
    labels: OBJECT,
  },
  vault_lease_operator_object_last_success_timestamp_seconds: {
    help: 'The last look that went well. A series per object that is looked at regularly.',
    labels: OBJECT,
  },
  vault_lease_operator_object_next_action_timestamp_seconds: {
    help: 'When the object is looked at next. A series per object.',
    labels: OBJECT,
  },
} as const;
