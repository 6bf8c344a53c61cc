/** Stories of status apart from the rest, and of the generation. */
import { DEPLOYMENTS, JSON_PATCH, MERGE, STRATEGIC, type Story, WIDGETS, widget } from './story.ts';

const kept = { rv: 'metadata.resourceVersion', uid: 'metadata.uid' };
export const STATUS_STORIES: readonly Story[] = [
  {
    title: 'status apart from the rest',
    steps: [
      { ask: `POST ${WIDGETS}`, send: widget('a'), keep: kept },
      { ask: `PATCH ${WIDGETS}/a`, type: MERGE, send: { status: { phase: 'No' } } },
      {
        ask: `PATCH ${WIDGETS}/a/status`,
        type: MERGE,
        send: { status: { phase: 'Yes' }, spec: { size: 5 } },
      },
      { ask: `PATCH ${WIDGETS}/a/status`, type: MERGE, send: { status: { phase: 'Yes' } } },
      { ask: `PATCH ${WIDGETS}/a/status`, type: MERGE, send: { metadata: { labels: { a: 'b' } } } },
      {
        ask: `PATCH ${WIDGETS}/a/status`,
        type: MERGE,
        send: { metadata: { resourceVersion: '$rv' }, status: { phase: 'Late' } },
      },
      {
        ask: `PATCH ${WIDGETS}/a/status`,
        type: MERGE,
        send: {
          metadata: { uid: '00000000-0000-0000-0000-000000000000' },
          status: { phase: 'Other' },
        },
      },
      { ask: `PATCH ${WIDGETS}/a/status`, type: MERGE, send: { status: { phase: 7 } } },
      { ask: `PATCH ${WIDGETS}/a/status`, type: MERGE, send: { status: { unknown: 7 } } },
      {
        ask: `PUT ${WIDGETS}/a/status`,
        send: widget(
          'a',
          {},
          { metadata: { uid: '00000000-0000-0000-0000-000000000000', resourceVersion: '$rv' } },
        ),
      },
      { ask: `PATCH ${WIDGETS}/none/status`, type: MERGE, send: { status: { phase: 'Yes' } } },
      { ask: `GET ${WIDGETS}/a`, keep: kept },
      {
        ask: `PUT ${WIDGETS}/a/status`,
        send: widget(
          'a',
          { size: 8 },
          { metadata: { resourceVersion: '$rv' }, status: { phase: 'Put' } },
        ),
      },
      {
        ask: `PATCH ${WIDGETS}/a/status`,
        type: JSON_PATCH,
        send: [{ op: 'replace', path: '/status/phase', value: 'Op' }],
      },
    ],
  },
  {
    title: 'a Deployment: generation and status',
    steps: [
      {
        ask: `POST ${DEPLOYMENTS}`,
        send: deployment('x', 'x'),
        look: ['metadata.generation', 'spec.replicas', 'kind'],
      },
      {
        ask: `POST ${DEPLOYMENTS}`,
        send: deployment('x', 'y'),
        look: ['reason', 'code', 'details.causes.*.field', 'details.causes.*.reason'],
      },
      {
        ask: `PATCH ${DEPLOYMENTS}/x`,
        type: STRATEGIC,
        send: { spec: { template: { metadata: { annotations: { at: 'now' } } } } },
        look: [
          'metadata.generation',
          'spec.template.metadata',
          'spec.template.spec.containers.*.name',
        ],
      },
      {
        ask: `PATCH ${DEPLOYMENTS}/x`,
        type: MERGE,
        send: { spec: { template: { metadata: { annotations: { at: 'now' } } } } },
        look: ['metadata.generation'],
      },
      {
        ask: `PATCH ${DEPLOYMENTS}/x`,
        type: MERGE,
        send: { metadata: { annotations: { a: 'b' } } },
        look: ['metadata.generation'],
      },
      {
        ask: `PATCH ${DEPLOYMENTS}/x`,
        type: MERGE,
        send: { metadata: { labels: { a: 'b' } } },
        look: ['metadata.generation'],
      },
      {
        ask: `PATCH ${DEPLOYMENTS}/x`,
        type: STRATEGIC,
        send: { spec: { template: { spec: { containers: [{ name: 'second', image: 'i' }] } } } },
        look: ['spec.template.spec.containers.*.image'],
      },
      {
        ask: `PATCH ${DEPLOYMENTS}/x`,
        type: MERGE,
        send: { spec: { selector: { matchLabels: { app: 'z' } } } },
        look: ['reason', 'code'],
      },
    ],
  },
];

function deployment(app: string, label: string): Readonly<Record<string, unknown>> {
  const containers = [{ name: 'first', image: 'i' }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app: label } }, spec: { containers } },
    },
  };
}
