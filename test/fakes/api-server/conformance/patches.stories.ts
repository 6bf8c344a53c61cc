/** Stories of the four patch formats. */
import {
  APPLY,
  JSON_PATCH,
  MERGE,
  SECRETS,
  STRATEGIC,
  type Story,
  secret,
  WIDGETS,
  widget,
} from './story.ts';

const kept = { rv: 'metadata.resourceVersion', uid: 'metadata.uid' };
export const PATCH_STORIES: readonly Story[] = [
  {
    title: 'patching a Secret',
    steps: [
      {
        ask: `POST ${SECRETS}`,
        send: secret('a', { data: { k: 'dg==' } }, { labels: { x: 'y' } }),
        keep: kept,
      },
      { ask: `PATCH ${SECRETS}/a`, type: MERGE, send: { data: { k: null, l: 'dw==' } } },
      { ask: `PATCH ${SECRETS}/a`, type: MERGE, send: { data: { l: 'dw==' } } },
      { ask: `PATCH ${SECRETS}/a`, type: MERGE, send: { metadata: { labels: null } } },
      {
        ask: `PATCH ${SECRETS}/a`,
        type: MERGE,
        send: { metadata: { resourceVersion: '$rv' }, data: { z: 'dw==' } },
      },
      {
        ask: `PATCH ${SECRETS}/a`,
        type: MERGE,
        send: { metadata: { uid: '00000000-0000-0000-0000-000000000000' } },
      },
      {
        ask: `PATCH ${SECRETS}/a`,
        type: MERGE,
        send: { metadata: { uid: '$uid' }, data: { u: 'dw==' } },
      },
      { ask: `PATCH ${SECRETS}/a`, type: MERGE, send: { metadata: { name: 'b' } } },
      { ask: `PATCH ${SECRETS}/a`, type: STRATEGIC, send: { stringData: { s: 't' } } },
      {
        ask: `PATCH ${SECRETS}/a`,
        type: JSON_PATCH,
        send: [{ op: 'add', path: '/data/j', value: 'dw==' }],
      },
      {
        ask: `PATCH ${SECRETS}/a`,
        type: JSON_PATCH,
        send: [{ op: 'remove', path: '/data/none' }],
        look: ['reason', 'code'],
      },
      {
        ask: `PATCH ${SECRETS}/a`,
        type: JSON_PATCH,
        send: [{ op: 'test', path: '/data/j', value: 'x' }],
        look: ['reason', 'code'],
      },
      {
        ask: `PATCH ${SECRETS}/a`,
        type: JSON_PATCH,
        send: [
          { op: 'test', path: '/metadata/uid', value: '$uid' },
          { op: 'replace', path: '/data/j', value: 'eA==' },
          { op: 'add', path: '/metadata/annotations', value: {} },
          { op: 'add', path: '/metadata/annotations/a~1b', value: 'c' },
        ],
      },
      {
        ask: `PATCH ${SECRETS}/a`,
        type: JSON_PATCH,
        send: { op: 'add' },
        look: ['reason', 'code'],
      },
      { ask: `PATCH ${SECRETS}/a`, type: MERGE, send: [], look: ['reason', 'code'] },
      { ask: `PATCH ${SECRETS}/a`, type: 'application/json', send: {}, look: ['reason', 'code'] },
      { ask: `PATCH ${SECRETS}/none`, type: MERGE, send: {} },
    ],
  },
  {
    title: 'patching a custom resource',
    steps: [
      { ask: `POST ${WIDGETS}`, send: widget('a'), keep: kept },
      { ask: `PATCH ${WIDGETS}/a`, type: MERGE, send: { spec: { size: 2 } } },
      { ask: `PATCH ${WIDGETS}/a`, type: MERGE, send: { metadata: { annotations: { a: 'b' } } } },
      {
        ask: `PATCH ${WIDGETS}/a`,
        type: MERGE,
        send: { metadata: { resourceVersion: '$rv' }, spec: { size: 4 } },
      },
      {
        ask: `PATCH ${WIDGETS}/a`,
        type: MERGE,
        send: { metadata: { uid: '00000000-0000-0000-0000-000000000000' } },
      },
      { ask: `PATCH ${WIDGETS}/a`, type: STRATEGIC, send: { spec: { size: 3 } } },
      { ask: `PATCH ${WIDGETS}/a`, type: MERGE, send: { spec: { size: 'big', color: null } } },
      { ask: `PATCH ${WIDGETS}/a`, type: MERGE, send: { spec: null } },
      {
        ask: `PATCH ${WIDGETS}/a`,
        type: MERGE,
        send: { apiVersion: 'v1' },
        look: ['reason', 'code'],
      },
    ],
  },
  {
    title: 'server-side apply',
    steps: [
      { ask: `PATCH ${SECRETS}/a`, type: APPLY, send: secret('a') },
      {
        ask: `PATCH ${SECRETS}/a?fieldManager=m`,
        type: APPLY,
        send: secret('a', { data: { k: 'dg==', l: 'dw==' } }),
        keep: kept,
      },
      {
        ask: `PATCH ${SECRETS}/a?fieldManager=m`,
        type: APPLY,
        send: secret('a', { data: { k: 'dg==', l: 'dw==' } }),
      },
      {
        ask: `PATCH ${SECRETS}/a?fieldManager=m`,
        type: APPLY,
        send: secret('a', { data: { k: 'dg==' } }),
      },
      {
        ask: `PATCH ${SECRETS}/a?fieldManager=m`,
        type: APPLY,
        send: secret('a', {}, { resourceVersion: '$rv' }),
      },
      { ask: `DELETE ${SECRETS}/a`, silent: true },
      {
        ask: `PATCH ${SECRETS}/a?fieldManager=m`,
        type: APPLY,
        send: secret('a', {}, { resourceVersion: '$rv' }),
      },
      {
        ask: `PATCH ${WIDGETS}/w?fieldManager=m`,
        type: APPLY,
        send: 'apiVersion: conformance.example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: 2, note: abc}\n',
      },
      { ask: `PATCH ${WIDGETS}/w?fieldManager=m`, type: APPLY, send: widget('w', { size: 2 }) },
    ],
  },
];
