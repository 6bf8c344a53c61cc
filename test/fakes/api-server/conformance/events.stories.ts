/** Stories of events and their two faces. */
import { type Story } from './story.ts';

const CORE_EVENTS = '/api/v1/namespaces/$ns/events';
const NEW_EVENTS = '/apis/events.k8s.io/v1/namespaces/$ns/events';
const regarding = { kind: 'Secret', name: 'a', namespace: '$ns' };
const modern = {
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'c',
  reportingInstance: 'i',
  action: 'a',
  reason: 'R',
  note: 'n',
  type: 'Normal',
  regarding,
};

export const EVENT_STORIES: readonly Story[] = [
  {
    title: 'events and their two faces',
    steps: [
      { ask: `POST ${NEW_EVENTS}`, send: { metadata: { name: 'a' }, ...modern } },
      { ask: `GET ${CORE_EVENTS}/a` },
      {
        ask: `POST ${CORE_EVENTS}`,
        send: {
          metadata: { name: 'b' },
          involvedObject: regarding,
          message: 'm',
          reason: 'R',
          type: 'Warning',
        },
      },
      { ask: `GET ${NEW_EVENTS}/b` },
      {
        ask: `GET ${CORE_EVENTS}?fieldSelector=involvedObject.name%3Da`,
        look: ['items.*.metadata.name'],
      },
      { ask: `POST ${NEW_EVENTS}`, send: { metadata: { name: 'c' }, ...modern, action: '' } },
      { ask: `POST ${NEW_EVENTS}`, send: { metadata: { name: 'c' }, ...modern, type: 'Loud' } },
      { ask: `POST ${NEW_EVENTS}`, send: { metadata: { name: 'c' }, ...modern, eventTime: null } },
      {
        ask: `POST ${NEW_EVENTS}`,
        send: { metadata: { name: 'c' }, ...modern, note: 'x'.repeat(1025) },
        look: ['reason', 'code'],
      },
      {
        ask: `POST ${CORE_EVENTS}`,
        send: { metadata: { name: 'c' }, involvedObject: { ...regarding, namespace: 'other' } },
        look: ['reason', 'code'],
      },
    ],
  },
];
