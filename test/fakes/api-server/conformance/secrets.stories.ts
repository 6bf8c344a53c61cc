/** Stories of what Secrets may hold, and what may not change in them. */
import { MERGE, SECRETS, type Story, secret } from './story.ts';

export const SECRET_STORIES: readonly Story[] = [
  {
    title: 'keys, types and sizes of Secrets',
    steps: [
      {
        ask: `POST ${SECRETS}`,
        send: secret('a', { data: { k: 'not base64!' } }),
        look: ['reason', 'code'],
      },
      { ask: `POST ${SECRETS}`, send: secret('a', { data: { 'not a key': 'dg==' } }) },
      {
        ask: `POST ${SECRETS}`,
        send: secret('a', { data: { '..': 'dg==' } }),
        look: ['reason', 'code'],
      },
      {
        ask: `POST ${SECRETS}`,
        send: secret('a', { data: { k: 'dg==' }, stringData: { k: 'w', l: '' } }),
      },
      { ask: `POST ${SECRETS}`, send: secret('b', { data: { k: null, l: '' } }) },
      { ask: `POST ${SECRETS}`, send: secret('c', { data: {} }) },
      {
        ask: `POST ${SECRETS}`,
        send: secret('d', { data: { k: Buffer.alloc(1024 * 1024 + 1).toString('base64') } }),
      },
      {
        ask: `POST ${SECRETS}`,
        send: secret('e', { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }),
      },
      { ask: `POST ${SECRETS}`, send: secret('f', { type: 'kubernetes.io/basic-auth' }) },
      { ask: `POST ${SECRETS}`, send: secret('f', { type: 'kubernetes.io/dockerconfigjson' }) },
      {
        ask: `POST ${SECRETS}`,
        send: secret('f', {
          type: 'kubernetes.io/dockerconfigjson',
          data: { '.dockerconfigjson': 'dg==' },
        }),
        look: ['reason', 'code'],
      },
      { ask: `POST ${SECRETS}`, send: secret('f', { type: 'kubernetes.io/ssh-auth' }) },
      {
        ask: `POST ${SECRETS}`,
        send: secret('f', { type: 'kubernetes.io/service-account-token' }),
      },
      { ask: `POST ${SECRETS}`, send: secret('g', { type: 'my/type' }) },
    ],
  },
  {
    title: 'what may not change in a Secret',
    steps: [
      {
        ask: `POST ${SECRETS}`,
        send: secret('a', { data: { k: 'dg==' }, type: 'my/type' }),
        silent: true,
      },
      { ask: `PATCH ${SECRETS}/a`, type: MERGE, send: { type: 'your/type' } },
      { ask: `PUT ${SECRETS}/a`, send: secret('a') },
      { ask: `PATCH ${SECRETS}/a`, type: MERGE, send: { immutable: true } },
      { ask: `PATCH ${SECRETS}/a`, type: MERGE, send: { data: { k: 'dw==' } } },
      { ask: `PATCH ${SECRETS}/a`, type: MERGE, send: { immutable: false } },
      { ask: `PATCH ${SECRETS}/a`, type: MERGE, send: { metadata: { labels: { a: 'b' } } } },
    ],
  },
];
