import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Destination } from '../../api/shared.ts';
import { digestOf, OWNER } from '../testing.ts';
import { type DestinationPlan, type DestinationWorld, planDestination } from './destination.ts';
import { ownerLabels, ownerReference } from './ownership.ts';
import type { SecretDigest } from './secret.ts';

const OWNED: Destination = { name: 'db', create: true, overwrite: false };
const LENT: Destination = { name: 'db', create: false, overwrite: false };
const LABELS = ownerLabels(OWNER.uid);
const REFERENCES = [ownerReference(OWNER)];
const OURS = digestOf({ labels: LABELS, ownerReferences: REFERENCES });

function plan(
  destination: Destination,
  existing: SecretDigest | undefined,
  over: Partial<DestinationWorld> = {},
): DestinationPlan {
  return planDestination({ owner: OWNER, destination, existing, mac: 'mac-1', marks: {}, ...over });
}

describe('planDestination refuses', () => {
  const controlled = digestOf({
    ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'u', controller: true }],
  });
  const sibling = digestOf({ labels: ownerLabels('uid-2') });
  const predecessor = digestOf({
    labels: ownerLabels('uid-old'),
    ownerReferences: REFERENCES.map((reference) => ({ ...reference, uid: 'uid-old' })),
  });
  const minted = digestOf({ type: 'kubernetes.io/service-account-token' });
  const overwrite = { ...OWNED, overwrite: true };
  const rows: readonly [string, DestinationPlan, string, string, RegExp][] = [
    [
      "someone else's Secret",
      plan(OWNED, digestOf()),
      'waiting',
      'DestinationConflict',
      /overwrite/,
    ],
    [
      'a Secret of another controller, even to overwrite',
      plan(overwrite, controlled),
      'waiting',
      'DestinationConflict',
      /another controller/,
    ],
    [
      'a Secret of another object of ours, even to overwrite',
      plan(overwrite, sibling),
      'waiting',
      'DestinationConflict',
      /another object of ours/,
    ],
    [
      'a Secret of another object of ours, even if it is lent',
      plan(LENT, sibling),
      'waiting',
      'DestinationConflict',
      /another object of ours/,
    ],
    [
      'to fill a Secret that goes with an earlier object',
      plan(LENT, predecessor),
      'waiting',
      'DestinationConflict',
      /earlier object/,
    ],
    [
      'a Secret that Kubernetes fills, even to overwrite',
      plan(overwrite, minted),
      'refused',
      'SecretTypeRefused',
      /service-account-token/,
    ],
    [
      'a Secret that Kubernetes fills, even if it is lent',
      plan(LENT, minted),
      'refused',
      'SecretTypeRefused',
      /service-account-token/,
    ],
    [
      'an immutable Secret',
      plan(OWNED, { ...OURS, immutable: true }, { mac: 'mac-2' }),
      'waiting',
      'DestinationConflict',
      /immutable/,
    ],
    [
      'a lent Secret that is not there',
      plan(LENT, undefined),
      'waiting',
      'DestinationMissing',
      /spec\.destination\.create/,
    ],
    [
      'a type for which Kubernetes mints a token',
      plan({ ...OWNED, type: 'bootstrap.kubernetes.io/token' }, undefined),
      'refused',
      'SecretTypeRefused',
      /spec\.destination\.type/,
    ],
    [
      'a name that is none',
      plan({ ...OWNED, name: '../x' }, undefined),
      'refused',
      'InvalidSpec',
      /spec\.destination\.name/,
    ],
    [
      'the label that says whose a Secret is',
      plan({ ...OWNED, labels: { 'secrets.hashicorp.com/vso-ownerRefUID': 'x' } }, undefined),
      'refused',
      'InvalidSpec',
      /spec\.destination\.labels/,
    ],
    [
      "the operator's own annotations",
      plan({ ...OWNED, annotations: { 'vault-lease-operator/lease': 'x' } }, undefined),
      'refused',
      'InvalidSpec',
      /spec\.destination\.annotations/,
    ],
  ];
  for (const [name, got, kind, reason, message] of rows)
    it(name, () => {
      assert.ok(got.kind === 'refuse');
      assert.deepEqual([got.fault.kind, got.fault.reason], [kind, reason]);
      assert.match(got.fault.message, message);
    });
});
