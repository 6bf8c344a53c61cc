import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OwnerReference } from '../../api/object.ts';
import { digestOf, OWNER } from '../testing.ts';
import { OWNER_UID_LABEL, ownerLabels, ownerReference, ownershipOf } from './ownership.ts';
import type { SecretDigest } from './secret.ts';

const OURS = ownerReference(OWNER);
const OLD: OwnerReference = { ...OURS, uid: 'uid-old' };
const HELM: OwnerReference = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: 'release',
  uid: 'uid-helm',
};
const LABELS = ownerLabels(OWNER.uid);

describe('what marks a Secret as ours', () => {
  it('are the labels of VSO', () =>
    assert.deepEqual(LABELS, {
      'app.kubernetes.io/name': 'vault-secrets-operator',
      'app.kubernetes.io/managed-by': 'hashicorp-vso',
      'app.kubernetes.io/component': 'secret-sync',
      'secrets.hashicorp.com/vso-ownerRefUID': 'uid-web',
    }));
  it('is the owner reference of VSO, which neither controls nor blocks', () =>
    assert.deepEqual(OURS, {
      apiVersion: 'secrets.hashicorp.com/v1beta1',
      kind: 'VaultStaticSecret',
      name: 'web',
      uid: 'uid-web',
    }));
});

describe('ownershipOf', () => {
  const rows: readonly [string, Partial<SecretDigest>, string][] = [
    ['labels and reference: ours', { labels: LABELS, ownerReferences: [OURS] }, 'ours'],
    ['someone took the labels off: ours', { ownerReferences: [OURS] }, 'ours'],
    ['someone took the reference off: ours', { labels: LABELS }, 'ours'],
    ['a bystander was added: ours', { labels: LABELS, ownerReferences: [OURS, HELM] }, 'ours'],
    [
      'another controller was added: controlled',
      { labels: LABELS, ownerReferences: [OURS, { ...HELM, controller: true }] },
      'controlled',
    ],
    [
      'made for an earlier object of our name: predecessor',
      { labels: ownerLabels('uid-old'), ownerReferences: [OLD] },
      'predecessor',
    ],
    [
      'made for another object: sibling',
      { labels: ownerLabels('uid-2'), ownerReferences: [{ ...OURS, name: 'api', uid: 'uid-2' }] },
      'sibling',
    ],
    [
      'made for an object of another kind: sibling',
      {
        labels: ownerLabels('uid-2'),
        ownerReferences: [{ ...OURS, kind: 'VaultDynamicSecret', uid: 'uid-2' }],
      },
      'sibling',
    ],
    [
      'made for an object of another group: sibling',
      { labels: ownerLabels('uid-2'), ownerReferences: [{ ...OLD, apiVersion: 'other/v1' }] },
      'sibling',
    ],
    [
      'labelled for another object and without reference: sibling',
      { labels: ownerLabels('uid-2') },
      'sibling',
    ],
    [
      'only the uid of another object on it: sibling',
      { labels: { [OWNER_UID_LABEL]: 'uid-2' } },
      'sibling',
    ],
    [
      'made for an earlier object of our name and for another: sibling',
      { labels: ownerLabels('uid-old'), ownerReferences: [OLD, HELM] },
      'sibling',
    ],
    [
      'one of the labels, as another chart may set it: free',
      { labels: { 'app.kubernetes.io/name': 'vault-secrets-operator' } },
      'free',
    ],
    ['no labels: free', {}, 'free'],
    ['labels of its own: free', { labels: { 'app.kubernetes.io/name': 'postgres' } }, 'free'],
    ['a reference without labels of ours: free', { ownerReferences: [HELM] }, 'free'],
    [
      'a controller without labels of ours: controlled',
      { ownerReferences: [{ ...HELM, controller: true }] },
      'controlled',
    ],
  ];
  for (const [name, over, want] of rows)
    it(name, () => assert.equal(ownershipOf(digestOf(over), OWNER), want));
});
