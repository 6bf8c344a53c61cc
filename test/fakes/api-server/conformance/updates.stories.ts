/** Stories of replacing objects: versions, uids, no-ops. */
import { LEASES, SECRETS, type Story, secret, WIDGETS, widget } from './story.ts';

const kept = { rv: 'metadata.resourceVersion', uid: 'metadata.uid' };
const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l' } };

export const UPDATE_STORIES: readonly Story[] = [
  {
    title: 'replacing a Secret',
    steps: [
      { ask: `POST ${SECRETS}`, send: secret('a', { data: { k: 'dg==' } }), keep: kept },
      {
        ask: `PUT ${SECRETS}/a`,
        send: secret('a', { data: { k: 'dg==' } }, { resourceVersion: '$rv' }),
      },
      {
        ask: `PUT ${SECRETS}/a`,
        send: secret('a', { data: { k: 'dw==' } }, { resourceVersion: '$rv' }),
      },
      {
        ask: `PUT ${SECRETS}/a`,
        send: secret('a', { data: { k: 'eA==' } }, { resourceVersion: '$rv' }),
      },
      { ask: `PUT ${SECRETS}/a`, send: secret('a', { data: { k: 'eA==' } }) },
      {
        ask: `PUT ${SECRETS}/a`,
        send: secret('a', {}, { uid: '00000000-0000-0000-0000-000000000000' }),
      },
      { ask: `PUT ${SECRETS}/a`, send: secret('b') },
      { ask: `PUT ${SECRETS}/none`, send: secret('none') },
      { ask: `PUT ${SECRETS}/none`, send: secret('none', {}, { resourceVersion: '$rv' }) },
      { ask: `PUT ${SECRETS}/a?dryRun=All`, send: secret('a', { data: { k: 'eQ==' } }) },
      { ask: `GET ${SECRETS}/a` },
    ],
  },
  {
    title: 'replacing a custom resource',
    steps: [
      { ask: `POST ${WIDGETS}`, send: widget('a'), keep: kept },
      { ask: `PUT ${WIDGETS}/a`, send: widget('a', { size: 2 }) },
      {
        ask: `PUT ${WIDGETS}/a`,
        send: widget('a', { size: 2 }, { metadata: { resourceVersion: '$rv' } }),
      },
      {
        ask: `PUT ${WIDGETS}/a`,
        send: widget('a', { size: 3 }, { metadata: { resourceVersion: '$rv' } }),
      },
      {
        ask: `PUT ${WIDGETS}/a`,
        send: widget(
          'a',
          { size: 3 },
          { metadata: { uid: '00000000-0000-0000-0000-000000000000' } },
        ),
      },
      {
        ask: `PUT ${WIDGETS}/none`,
        send: widget('none', { size: 3 }, { metadata: { resourceVersion: '$rv' } }),
      },
      { ask: `PUT ${WIDGETS}/none`, send: widget('none') },
    ],
  },
  {
    title: 'Leases',
    steps: [
      { ask: `PUT ${LEASES}/l`, send: { ...lease, spec: { holderIdentity: 'me' } }, keep: kept },
      { ask: `PUT ${LEASES}/l`, send: { ...lease, spec: { holderIdentity: 'you' } } },
      {
        ask: `PUT ${LEASES}/l`,
        send: {
          ...lease,
          metadata: { name: 'l', resourceVersion: '1' },
          spec: { holderIdentity: 'you' },
        },
      },
      {
        ask: `PUT ${LEASES}/l`,
        send: {
          ...lease,
          metadata: { name: 'l', resourceVersion: '$rv' },
          spec: { leaseDurationSeconds: 0, leaseTransitions: -1 },
        },
      },
      { ask: `POST ${LEASES}`, send: { ...lease, spec: { holderIdentity: 'you' } } },
      {
        ask: `POST ${LEASES}`,
        send: {
          ...lease,
          metadata: { name: 'm' },
          spec: { renewTime: '2026-01-01T00:00:00.123456Z', leaseDurationSeconds: 15 },
        },
      },
    ],
  },
];
