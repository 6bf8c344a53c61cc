/** Stories of creating, reading and listing. */
import { ACCOUNTS, SECRETS, type Story, secret, WIDGETS, widget } from './story.ts';

const PLACES: readonly Story[] = [
  {
    title: 'unknown places',
    steps: [
      { ask: 'GET /api/v1/namespaces/$ns/gadgets' },
      { ask: 'GET /api/v1/namespaces/$ns/gadgets/one' },
      { ask: 'GET /apis/nobody.example.com/v1/gadgets' },
      { ask: 'GET /apis/conformance.example.com/v1/namespaces/$ns/gadgets' },
      { ask: 'GET /apis/conformance.example.com/v9/namespaces/$ns/widgets' },
      { ask: 'GET /nowhere' },
      { ask: `GET ${SECRETS}/one/nothing` },
      { ask: `GET ${WIDGETS}/one/scale` },
      { ask: `POST ${WIDGETS}/one/scale`, send: {} },
    ],
  },
  {
    title: 'methods that a place does not take',
    steps: [
      { ask: `PUT ${SECRETS}`, send: secret('a') },
      { ask: `POST ${SECRETS}/a`, send: secret('a') },
      { ask: `PATCH ${SECRETS}`, send: {}, type: 'application/merge-patch+json' },
      { ask: `PUT ${WIDGETS}`, send: widget('a') },
      { ask: `POST ${WIDGETS}/a`, send: widget('a') },
      { ask: 'POST /api/v1/secrets', send: secret('a') },
    ],
  },
];

const CREATING: readonly Story[] = [
  {
    title: 'creating a Secret',
    steps: [
      {
        ask: `POST ${SECRETS}`,
        send: secret('a', { data: { k: 'dg==' } }, { labels: { app: 'x' } }),
      },
      { ask: `POST ${SECRETS}`, send: secret('a') },
      { ask: `GET ${SECRETS}/a` },
      { ask: `POST ${SECRETS}`, send: secret('b', {}, { resourceVersion: '5' }) },
      { ask: `POST ${SECRETS}`, send: secret('c', {}, { uid: 'mine', generation: 7 }) },
      { ask: `POST ${SECRETS}`, send: secret('d', {}, { namespace: 'other' }) },
      { ask: `POST ${SECRETS}`, send: secret('e', {}, { namespace: '$ns' }) },
      { ask: `POST ${SECRETS}?dryRun=All`, send: secret('f', { data: { k: 'dg==' } }) },
      { ask: `GET ${SECRETS}/f` },
      { ask: 'POST /api/v1/namespaces/no-such-place/secrets', send: secret('a') },
    ],
  },
  {
    title: 'creating what is malformed',
    steps: [
      { ask: `POST ${SECRETS}`, send: '{"kind": ', look: ['reason', 'code', 'details'] },
      { ask: `POST ${SECRETS}`, send: '[]', look: ['reason', 'code', 'details'] },
      { ask: `POST ${SECRETS}`, send: secret('a'), type: 'text/plain', look: ['reason', 'code'] },
      { ask: `POST ${SECRETS}`, send: widget('a'), look: ['reason', 'code'] },
      { ask: `POST ${WIDGETS}`, send: secret('a') },
      { ask: `POST ${SECRETS}`, send: { metadata: { name: 'bare' } } },
      {
        ask: `POST ${WIDGETS}`,
        send: { metadata: { name: 'bare' }, spec: { size: 1 } },
        look: ['reason', 'code'],
      },
      { ask: `POST ${SECRETS}`, send: secret('') },
      { ask: `POST ${SECRETS}`, send: secret('Not_A_Name') },
      { ask: `POST ${WIDGETS}`, send: widget('Not_A_Name') },
      { ask: `POST ${SECRETS}`, send: secret('a', {}, { labels: { 'not a key': 'v' } }) },
      { ask: `POST ${SECRETS}`, send: secret('a', {}, { labels: { key: 'not a value' } }) },
      { ask: `POST ${SECRETS}`, send: secret('a', {}, { labels: { key: 'l'.repeat(64) } }) },
      {
        ask: `POST ${SECRETS}`,
        send: secret('a', {}, { labels: { key: 1 } }),
        look: ['reason', 'code'],
      },
      { ask: `POST ${SECRETS}`, send: secret('a', {}, { annotations: { 'not a key': 'v' } }) },
      { ask: `POST ${SECRETS}`, send: secret('a', {}, { finalizers: ['plain'] }) },
      {
        ask: `POST ${SECRETS}`,
        send: secret(
          'a',
          {},
          { ownerReferences: [{ apiVersion: 'v1', kind: 'Secret', name: 'x' }] },
        ),
      },
      {
        ask: `POST ${SECRETS}`,
        send: secret('a', {}, { annotations: { big: 'x'.repeat(257 * 1024) } }),
      },
    ],
  },
  {
    title: 'creating a custom resource',
    steps: [
      { ask: `POST ${WIDGETS}`, send: widget('a', { size: 1 }, { status: { phase: 'Early' } }) },
      { ask: `POST ${WIDGETS}`, send: widget('a') },
      { ask: `GET ${WIDGETS}/a` },
      { ask: `GET ${WIDGETS}/a/status` },
      { ask: `GET ${WIDGETS}/none` },
      { ask: `POST ${ACCOUNTS}`, send: { metadata: { name: 'acc' } } },
    ],
  },
];

const three = ['a', 'b', 'c'].map((name, index) => ({
  ask: `POST ${SECRETS}`,
  send: secret(name, {}, { labels: { n: String(index), ...(index > 0 && { some: 'yes' }) } }),
  silent: true as const,
}));
const names = ['items.*.metadata.name', 'reason', 'message', 'code', 'details'];

const LISTING: readonly Story[] = [
  {
    title: 'label and field selectors',
    steps: [
      ...three,
      ...[
        'labelSelector=n%3D0',
        'labelSelector=n%3D%3D0',
        'labelSelector=n!%3D0',
        'labelSelector=some',
        'labelSelector=!some',
        'labelSelector=n+in+(0,2),some',
        'labelSelector=n+notin+(0)',
        'labelSelector=some%3D',
        'fieldSelector=metadata.name%3Db',
        'fieldSelector=metadata.name!%3Db',
        'fieldSelector=metadata.namespace%3D$ns',
        'fieldSelector=type%3DOpaque',
      ].map((query) => ({ ask: `GET ${SECRETS}?${query}`, look: names })),
      { ask: `GET ${SECRETS}?fieldSelector=data.k%3Dx` },
      { ask: `GET ${WIDGETS}?fieldSelector=spec.size%3D1` },
      { ask: `GET ${SECRETS}?labelSelector=%3D%3D`, look: ['reason', 'code'] },
    ],
  },
  {
    title: 'pages',
    steps: [
      ...three,
      {
        ask: `GET ${SECRETS}?limit=2`,
        keep: { next: 'metadata.continue', seen: 'metadata.resourceVersion' },
        look: ['items.*.metadata.name', 'metadata.remainingItemCount'],
      },
      { ask: `DELETE ${SECRETS}/c`, silent: true },
      { ask: `POST ${SECRETS}`, send: secret('d'), silent: true },
      {
        ask: `GET ${SECRETS}?limit=2&continue=$next`,
        look: ['items.*.metadata.name', 'metadata.continue', 'metadata.remainingItemCount'],
      },
      { ask: `GET ${SECRETS}?resourceVersion=$seen&resourceVersionMatch=Exact`, look: names },
      {
        ask: `GET ${SECRETS}?resourceVersion=$seen&resourceVersionMatch=NotOlderThan`,
        look: names,
      },
      { ask: `GET ${SECRETS}?resourceVersion=$seen`, look: names },
      { ask: `GET ${SECRETS}?resourceVersion=0`, look: names },
      {
        ask: `GET ${SECRETS}?limit=1&labelSelector=some`,
        look: ['items.*.metadata.name', 'metadata.remainingItemCount'],
      },
      { ask: `GET ${SECRETS}?continue=nonsense`, look: ['reason', 'code'] },
      { ask: `GET ${SECRETS}?resourceVersion=nonsense`, look: ['reason', 'code'] },
      { ask: `GET ${SECRETS}?resourceVersionMatch=Exact` },
      { ask: `GET ${SECRETS}?resourceVersion=0&resourceVersionMatch=Exact` },
      { ask: `GET ${SECRETS}?resourceVersion=99999999`, look: ['reason', 'code', 'details'] },
    ],
  },
  {
    title: 'what lists look like',
    steps: [
      { ask: `POST ${SECRETS}`, send: secret('a', { data: { k: 'dg==' } }), silent: true },
      { ask: `POST ${WIDGETS}`, send: widget('a'), silent: true },
      { ask: `GET ${SECRETS}` },
      { ask: `GET ${WIDGETS}` },
      { ask: 'GET /api/v1/namespaces/no-such-place/secrets', look: ['kind', 'items'] },
      {
        ask: `GET ${WIDGETS}`,
        accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
      },
      {
        ask: `GET ${SECRETS}/a`,
        accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
      },
      {
        ask: `GET ${WIDGETS}`,
        accept: 'application/json;as=Table;g=meta.k8s.io;v=v1',
        look: [
          'kind',
          'apiVersion',
          'columnDefinitions.*.name',
          'columnDefinitions.*.type',
          'rows.*.cells.0',
          'rows.*.cells.1',
          'rows.*.object.kind',
        ],
      },
    ],
  },
];

export const OBJECT_STORIES: readonly Story[] = [...PLACES, ...CREATING, ...LISTING];
