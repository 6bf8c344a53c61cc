import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { CallSubject } from './api-call.ts';
import { apiStatus, isObjectMissing, noAnswer, statusError } from './faults.ts';

const patch: CallSubject = {
  verb: 'patch',
  group: 'apps',
  resource: 'deployments',
  subresource: '',
  namespace: 'shop',
  name: 'web',
};
const CANARY = 'hunter2-canary';

const code = (name: string): Error => Object.assign(new Error(CANARY), { code: name });

const answers = [
  {
    name: 'RBAC says no',
    code: 403,
    body: {
      message: `deployments.apps "web" is forbidden: User "op" cannot patch resource "deployments" ${CANARY}`,
    },
    kind: 'denied',
    reason: 'KubernetesForbidden',
    message:
      'the operator may not patch deployments.apps in namespace "shop": grant that verb to its service account',
  },
  {
    name: 'a quota says no',
    code: 403,
    body: { message: `secrets "x" is forbidden: exceeded quota: q, requested ${CANARY}` },
    kind: 'denied',
    reason: 'KubernetesRefused',
    message:
      'a ResourceQuota does not allow "patch deployments.apps in namespace "shop"": raise it or free some of it',
  },
  {
    name: 'the namespace is terminating',
    code: 403,
    body: {
      message: 'because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    },
    kind: 'denied',
    reason: 'KubernetesRefused',
    message:
      'the namespace is being deleted, so "patch deployments.apps in namespace "shop"" is not possible',
  },
  {
    name: 'a webhook says no',
    code: 400,
    body: { message: `admission webhook "policy.example.com" denied the request: ${CANARY}` },
    kind: 'denied',
    reason: 'KubernetesRefused',
    message:
      'the admission webhook policy.example.com denied "patch deployments.apps in namespace "shop""',
  },
  {
    name: 'a field of ours is invalid',
    code: 422,
    body: {
      message: CANARY,
      details: {
        causes: [
          { reason: 'FieldValueInvalid', field: 'metadata.labels' },
          { field: `x ${CANARY}` },
        ],
      },
    },
    kind: 'refused',
    reason: 'KubernetesRefused',
    message:
      'the API server or its admission refused "patch deployments.apps in namespace "shop"" with status 422, because of metadata.labels',
  },
  {
    name: 'the data is invalid, which Vault may mend',
    code: 422,
    body: { message: CANARY, details: { causes: [{ field: 'data[a]' }] } },
    kind: 'denied',
    reason: 'KubernetesRefused',
    message:
      'the API server or its admission refused "patch deployments.apps in namespace "shop"" with status 422, because of data[a]',
  },
  {
    name: 'nothing is there',
    code: 404,
    body: { details: { name: 'web' } },
    kind: 'waiting',
    reason: 'KubernetesNotFound',
    message: 'nothing found for "patch deployments.apps in namespace "shop"", name "web"',
  },
  {
    name: 'someone else was faster',
    code: 409,
    body: { message: CANARY },
    kind: 'transient',
    reason: 'KubernetesConflict',
    message:
      '"patch deployments.apps in namespace "shop"", name "web": changed or taken by someone else meanwhile',
  },
  {
    name: 'the credentials are not accepted',
    code: 401,
    body: { message: CANARY },
    kind: 'denied',
    reason: 'KubernetesForbidden',
    message: `the API server does not accept the operator's credentials for "patch deployments.apps in namespace "shop""`,
  },
  {
    name: 'the server fails, and may have done it all the same',
    code: 500,
    body: { message: CANARY },
    kind: 'transient',
    reason: 'KubernetesUnavailable',
    message: 'the API server answered "patch deployments.apps in namespace "shop"" with status 500',
    ambiguous: true,
  },
] as const;

describe('a failed call', () => {
  for (const row of answers) {
    it(`${row.name}: ${row.reason}, and nothing of the server's text`, () => {
      const error = statusError(patch, apiStatus(row.code, row.body));
      assert.deepEqual(error.fault, {
        kind: row.kind,
        reason: row.reason,
        message: row.message,
        ...('ambiguous' in row ? { ambiguous: true } : {}),
      });
      assert.ok(!`${inspect(error)} ${JSON.stringify(error)}`.includes(CANARY));
    });
  }

  it('patience is asked for with the delay of Retry-After, at most a minute', () => {
    assert.equal(statusError(patch, apiStatus(429, undefined, '7')).fault.retryAfterMs, 7_000);
    assert.equal(statusError(patch, apiStatus(503, undefined, '86400')).fault.retryAfterMs, 60_000);
    assert.equal(
      statusError(patch, apiStatus(503, undefined, 'soon')).fault.retryAfterMs,
      undefined,
    );
  });

  it('a write without an answer is ambiguous, unless it never left', () => {
    assert.equal(noAnswer(patch, 'it broke', code('ECONNRESET')).fault.ambiguous, true);
    assert.equal(noAnswer(patch, 'it broke', code('ECONNREFUSED')).fault.ambiguous, undefined);
    assert.equal(
      noAnswer({ ...patch, verb: 'get' }, 'it broke', code('ECONNRESET')).fault.ambiguous,
      undefined,
    );
  });

  it('a missing object is told from a kind that is not served', () => {
    const object = statusError(
      patch,
      apiStatus(404, { details: { name: 'web', kind: 'deployments' } }),
    );
    const kind = statusError(patch, apiStatus(404, { details: {} }));
    const notJson = statusError(patch, apiStatus(404, undefined));
    assert.deepEqual(
      [object, kind, notJson].map((error) => isObjectMissing(error, 'web')),
      [true, false, false],
    );
  });
});
