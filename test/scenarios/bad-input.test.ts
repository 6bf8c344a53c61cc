/** Bad input of every sort, one row each; what a row must come to is in stage/bad-input.ts. */
import {
  type BadInput,
  DYNAMIC,
  describeBadInput,
  type Place,
  STATIC,
} from '../stage/bad-input.ts';
import { endless, leaseOfNothing, oddVault, webPage } from '../stage/odd-vault.ts';
import { object, tenant } from '../stage/tenant.ts';

const SPEC: readonly BadInput[] = [
  {
    title: 'a word that the field does not know',
    good: STATIC,
    bad: { type: 'kv-v3' },
    reason: 'InvalidSpec',
    says: /spec\.type.*(supported values|kv-v1|one of)/s,
    isRefusedAtOnce: true,
  },
  {
    title: 'a wrong duration',
    good: STATIC,
    bad: { refreshAfter: 'soon' },
    reason: 'InvalidSpec',
    says: /spec\.refreshAfter/,
    isRefusedAtOnce: true,
  },
  {
    title: 'a missing mount',
    good: STATIC,
    bad: { mount: undefined },
    reason: 'InvalidSpec',
    says: /spec\.mount.*[Rr]equired/s,
    isRefusedAtOnce: true,
  },
  {
    title: 'a restart target of an unknown kind',
    good: STATIC,
    bad: { rolloutRestartTargets: [{ kind: 'CronJob', name: 'web' }] },
    reason: 'InvalidSpec',
    says: /spec\.rolloutRestartTargets(\[0\]|\.0)\.kind/,
    isRefusedAtOnce: true,
  },
  {
    title: 'a path that climbs',
    good: STATIC,
    bad: { path: '../../sys/leases' },
    reason: 'SourcePathRefused',
    says: /spec\.mount and spec\.path.*name a path/,
  },
  {
    title: 'a path of a credential that climbs',
    good: DYNAMIC,
    bad: { path: 'creds/../config/postgres' },
    reason: 'SourcePathRefused',
    says: /spec\.mount and spec\.path.*name a path/,
  },
];

const REFERENCES: readonly BadInput[] = [STATIC, DYNAMIC].flatMap((good) => [
  {
    title: `a VaultAuth that does not allow the namespace of the ${good.kind}`,
    good,
    given: otherTenant,
    bad: () => ({ vaultAuthRef: `${others}/app` }),
    reason: 'VaultAuthNotAllowed',
    says: /spec\.vaultAuthRef.*spec\.allowedNamespaces/,
  } as const,
  {
    title: `a service account that the namespace of the ${good.kind} lacks`,
    good,
    given: ({ home }: Place) => home.apply('VaultAuth', 'bad', authOf(home.role, 'none')),
    bad: ({ home }: Place) => ({
      vaultAuthRef: 'bad',
      ...(good === DYNAMIC && { path: `creds/${home.role}-b` }),
    }),
    reason: 'ServiceAccountNotFound',
    says: /service account none does not exist.*create it or correct serviceAccount/,
  } as const,
]);

const DESTINATION: readonly BadInput[] = [STATIC, DYNAMIC].flatMap((good) => [
  {
    title: `a Secret of somebody else for a ${good.kind}`,
    good,
    given: ({ play, home }: Place) =>
      play.kube.apply({
        ...object('v1', 'Secret', home.namespace, 'theirs'),
        stringData: { a: '1' },
      }),
    bad: { destination: { name: 'theirs', create: true } },
    reason: 'DestinationConflict',
    says: /spec\.destination\.name.*spec\.destination\.overwrite/,
  } as const,
  {
    title: `a type for which Kubernetes mints a token, for a ${good.kind}`,
    good,
    bad: {
      destination: { name: 'app', create: true, type: 'kubernetes.io/service-account-token' },
    },
    reason: 'SecretTypeRefused',
    says: /spec\.destination\.type.*use another type/,
  } as const,
]);

const ANSWERS: readonly BadInput[] = [
  {
    title: 'data that exceeds a Secret',
    good: STATIC,
    given: ({ play, home }) =>
      play.vault.writeKv2('kv', `${home.prefix}/large`, { value: 'x'.repeat(700 * 1024) }),
    bad: ({ home }) => ({ path: `${home.prefix}/large` }),
    reason: 'SecretTooLarge',
    says: /1 MiB.*(excludeRaw|less)/s,
  },
  {
    title: 'a web page in place of an answer',
    good: STATIC,
    given: (place) => oddVault(place, webPage),
    bad: { vaultAuthRef: 'odd' },
    reason: 'VaultAnswerInvalid',
    says: /VaultConnection .*odd.*JSON|not JSON/s,
  },
  {
    title: 'a lease that has ended when it comes',
    good: DYNAMIC,
    given: (place) => oddVault(place, leaseOfNothing),
    bad: { vaultAuthRef: 'odd' },
    reason: 'VaultAnswerInvalid',
    says: /0 seconds.*default_ttl/,
  },
  {
    title: 'an answer without an end',
    good: STATIC,
    given: (place) => oddVault(place, endless),
    bad: { vaultAuthRef: 'odd' },
    reason: 'VaultAnswerTooLarge',
    says: /larger than/,
  },
];

let others = '';

async function otherTenant({ play }: Place): Promise<void> {
  others = (await tenant(play)).namespace;
}

function authOf(role: string, serviceAccount: string): object {
  return {
    vaultConnectionRef: 'vault',
    method: 'kubernetes',
    mount: 'kubernetes',
    kubernetes: { role, serviceAccount },
  };
}

describeBadInput('bad input', [...SPEC, ...REFERENCES, ...DESTINATION, ...ANSWERS]);
