/** Stories of watches. */
import { MERGE, SECRETS, type Story, secret } from './story.ts';

const kept = { rv: 'metadata.resourceVersion', uid: 'metadata.uid' };
const look = [
  '*.type',
  '*.object.kind',
  '*.object.metadata.name',
  '*.object.metadata.labels',
  '*.object.reason',
  '*.object.code',
  'reason',
  'code',
];

export const WATCH_STORIES: readonly Story[] = [
  {
    title: 'watches',
    steps: [
      { ask: `GET ${SECRETS}`, keep: { from: 'metadata.resourceVersion' }, silent: true },
      {
        ask: `POST ${SECRETS}`,
        send: secret('a', {}, { labels: { x: 'y' } }),
        keep: kept,
        silent: true,
      },
      {
        ask: `PATCH ${SECRETS}/a`,
        type: MERGE,
        send: { metadata: { labels: { x: 'z' } } },
        silent: true,
      },
      {
        ask: `PATCH ${SECRETS}/a`,
        type: MERGE,
        send: { metadata: { labels: { x: 'y' } } },
        silent: true,
      },
      { ask: `DELETE ${SECRETS}/a`, silent: true },
      { ask: `POST ${SECRETS}`, send: secret('b'), silent: true },
      { ask: `GET ${SECRETS}?watch=true&resourceVersion=$from`, events: 5, look },
      { ask: `GET ${SECRETS}?watch=true&resourceVersion=$rv`, events: 4, look },
      { ask: `GET ${SECRETS}?watch=1&resourceVersion=$from&labelSelector=x%3Dy`, events: 4, look },
      {
        ask: `GET ${SECRETS}?watch=true&resourceVersion=$from&fieldSelector=metadata.name%3Db`,
        events: 1,
        look,
      },
      { ask: `GET ${SECRETS}?watch=true&resourceVersion=0`, events: 1, look },
      { ask: `GET ${SECRETS}?watch=true`, events: 1, look },
      { ask: `GET ${SECRETS}?watch=true&resourceVersion=1`, events: 1, look },
      { ask: `GET ${SECRETS}?watch=true&resourceVersion=nonsense`, look: ['reason', 'code'] },
      {
        ask: `GET ${SECRETS}?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
        events: 2,
        look: [...look, '*.object.metadata.annotations'],
      },
      { ask: `GET ${SECRETS}?watch=true&sendInitialEvents=true`, look: ['reason', 'code'] },
      { ask: `GET ${SECRETS}/b?watch=true&resourceVersion=$from`, look: ['metadata.name'] },
      {
        ask: `GET ${SECRETS}?watch=true&resourceVersion=$from`,
        accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
        events: 2,
        look,
      },
      { ask: 'GET /api/v1/namespaces/$ns/gadgets?watch=true' },
    ],
  },
];
