/** Stories of deletion: preconditions, finalizers, garbage, dying namespaces. */
import { MERGE, SECRETS, type Story, secret, WIDGETS, widget } from './story.ts';

const kept = { rv: 'metadata.resourceVersion', uid: 'metadata.uid' };
export const DELETION_STORIES: readonly Story[] = [
  {
    title: 'deleting',
    steps: [
      { ask: `DELETE ${SECRETS}/none` },
      { ask: `POST ${SECRETS}`, send: secret('a'), keep: kept },
      {
        ask: `DELETE ${SECRETS}/a`,
        send: { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } },
      },
      { ask: `DELETE ${SECRETS}/a`, send: { preconditions: { resourceVersion: '1' } } },
      { ask: `DELETE ${SECRETS}/a?dryRun=All` },
      {
        ask: `DELETE ${SECRETS}/a`,
        send: { preconditions: { uid: '$uid', resourceVersion: '$rv' } },
      },
      { ask: `GET ${SECRETS}/a` },
      { ask: `POST ${WIDGETS}`, send: widget('w'), silent: true },
      { ask: `DELETE ${WIDGETS}/w`, send: { propagationPolicy: 'Background' } },
      { ask: `DELETE ${WIDGETS}/w` },
      { ask: `POST ${SECRETS}`, send: secret('b', {}, { labels: { x: 'y' } }), silent: true },
      { ask: `POST ${SECRETS}`, send: secret('c'), silent: true },
      { ask: `DELETE ${SECRETS}?labelSelector=x%3Dy`, look: ['kind', 'items.*.metadata.name'] },
      { ask: `GET ${SECRETS}`, look: ['items.*.metadata.name'] },
    ],
  },
  {
    title: 'finalizers',
    steps: [
      {
        ask: `POST ${WIDGETS}`,
        send: widget(
          'a',
          { size: 1 },
          { metadata: { finalizers: ['example.com/x', 'example.com/y'] } },
        ),
      },
      { ask: `DELETE ${WIDGETS}/a` },
      { ask: `DELETE ${WIDGETS}/a` },
      { ask: `POST ${WIDGETS}`, send: widget('a') },
      {
        ask: `PATCH ${WIDGETS}/a`,
        type: MERGE,
        send: { metadata: { finalizers: ['example.com/x', 'example.com/z'] } },
      },
      { ask: `PATCH ${WIDGETS}/a`, type: MERGE, send: { spec: { size: 2 } } },
      { ask: `PATCH ${WIDGETS}/a/status`, type: MERGE, send: { status: { phase: 'Going' } } },
      {
        ask: `PATCH ${WIDGETS}/a`,
        type: MERGE,
        send: { metadata: { finalizers: ['example.com/y'] } },
      },
      { ask: `PATCH ${WIDGETS}/a`, type: MERGE, send: { metadata: { finalizers: null } } },
      { ask: `GET ${WIDGETS}/a` },
      {
        ask: `POST ${SECRETS}`,
        send: secret('s', {}, { finalizers: ['example.com/x'] }),
        silent: true,
      },
      { ask: `DELETE ${SECRETS}/s` },
      {
        ask: `PATCH ${SECRETS}/s`,
        type: MERGE,
        send: { metadata: { finalizers: null } },
        silent: true,
      },
    ],
  },
  {
    title: 'owners and garbage',
    steps: [
      {
        ask: `POST ${SECRETS}`,
        send: secret('owner'),
        keep: { owner: 'metadata.uid' },
        silent: true,
      },
      {
        ask: `POST ${SECRETS}`,
        send: secret('other'),
        keep: { other: 'metadata.uid' },
        silent: true,
      },
      { ask: `POST ${SECRETS}`, send: secret('one', {}, { ownerReferences: [ownedBy('owner')] }) },
      {
        ask: `POST ${SECRETS}`,
        send: secret('two', {}, { ownerReferences: [ownedBy('owner'), ownedBy('other')] }),
      },
      { ask: `DELETE ${SECRETS}/owner`, silent: true },
      { ask: `GET ${SECRETS}/one`, until: 404 },
      { ask: `GET ${SECRETS}/two`, look: ['kind'] },
      {
        ask: `POST ${SECRETS}`,
        send: secret('late', {}, { ownerReferences: [ownedBy('owner')] }),
        silent: true,
      },
      { ask: `GET ${SECRETS}/late`, until: 404 },
      { ask: `DELETE ${SECRETS}/other`, send: { propagationPolicy: 'Orphan' }, silent: true },
      { ask: `GET ${SECRETS}/other`, until: 404 },
      { ask: `GET ${SECRETS}/two`, look: ['metadata.name', 'metadata.ownerReferences'] },
      {
        ask: `POST ${SECRETS}`,
        send: secret(
          'three',
          {},
          {
            ownerReferences: [
              { ...ownedBy('owner'), controller: true },
              { ...ownedBy('other'), controller: true },
            ],
          },
        ),
        look: ['reason', 'code', 'details.causes.*.field'],
      },
    ],
  },
  {
    title: 'a dying namespace',
    steps: [
      { ask: 'POST /api/v1/namespaces', send: { metadata: { name: '$ns-dying' } } },
      {
        ask: 'POST /api/v1/namespaces/$ns-dying/secrets',
        send: secret('held', {}, { finalizers: ['example.com/x'] }),
        silent: true,
      },
      { ask: 'POST /api/v1/namespaces/$ns-dying/secrets', send: secret('free'), silent: true },
      { ask: 'DELETE /api/v1/namespaces/$ns-dying' },
      { ask: 'POST /api/v1/namespaces/$ns-dying/secrets', send: secret('late') },
      {
        ask: 'POST /apis/conformance.example.com/v1/namespaces/$ns-dying/widgets',
        send: widget('late'),
      },
      { ask: 'GET /api/v1/namespaces/$ns-dying/secrets/free', until: 404 },
      { ask: 'GET /api/v1/namespaces/$ns-dying', look: ['status.phase', 'spec.finalizers'] },
      {
        ask: 'PATCH /api/v1/namespaces/$ns-dying/secrets/held',
        type: MERGE,
        send: { metadata: { labels: { still: 'changeable' } } },
        look: ['metadata.labels'],
      },
      {
        ask: 'PATCH /api/v1/namespaces/$ns-dying/secrets/held',
        type: MERGE,
        send: { metadata: { finalizers: null } },
        silent: true,
      },
      { ask: 'GET /api/v1/namespaces/$ns-dying', until: 404 },
      { ask: 'GET /api/v1/namespaces/$ns-dying/secrets/held' },
      {
        ask: 'POST /api/v1/namespaces',
        send: { metadata: { name: 'Bad.Name' } },
        look: ['reason', 'code', 'details'],
      },
    ],
  },
];

function ownedBy(name: string): Readonly<Record<string, unknown>> {
  return { apiVersion: 'v1', kind: 'Secret', name, uid: `$${name}` };
}
