/** Stories of who may do what, and of tokens. */
import {
  ACCOUNTS,
  APPLY,
  BINDINGS,
  LEASES,
  MERGE,
  ROLES,
  SECRETS,
  type Step,
  type Story,
  secret,
  WIDGETS,
  widget,
} from './story.ts';

const reason = ['reason', 'code', 'message'];
const mayRead = {
  apiGroups: [''],
  resources: ['secrets'],
  verbs: ['get', 'list'],
  resourceNames: ['mine'],
};
const mayPatch = {
  apiGroups: ['conformance.example.com'],
  resources: ['widgets/status'],
  verbs: ['patch'],
};
const mayApply = { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['patch'] };
const mayHold = { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['update'] };

const grant: readonly Step[] = [
  {
    ask: `POST ${ROLES}`,
    send: { metadata: { name: 'r' }, rules: [mayRead, mayPatch, mayApply, mayHold] },
    silent: true,
  },
  {
    ask: `POST ${BINDINGS}`,
    send: {
      metadata: { name: 'r' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ kind: 'ServiceAccount', name: 'guest', namespace: '$ns' }],
    },
    silent: true,
  },
];

export const RIGHTS_STORIES: readonly Story[] = [
  {
    title: 'rights',
    steps: [
      ...grant,
      { ask: `POST ${SECRETS}`, send: secret('mine'), silent: true },
      { ask: `POST ${WIDGETS}`, send: widget('w'), silent: true },
      { ask: `GET ${SECRETS}/mine`, as: 'guest', until: 200 },
      ...[
        { ask: `GET ${SECRETS}/yours` },
        { ask: `GET ${SECRETS}` },
        {
          ask: `GET ${SECRETS}?fieldSelector=metadata.name%3Dmine`,
          look: ['items.*.metadata.name'],
        },
        { ask: `GET ${SECRETS}?fieldSelector=metadata.name%3Dmine&watch=true` },
        { ask: 'GET /api/v1/secrets' },
        { ask: `POST ${SECRETS}`, send: secret('x') },
        { ask: `DELETE ${SECRETS}/mine` },
        { ask: `DELETE ${SECRETS}` },
        { ask: `PATCH ${WIDGETS}/w`, type: MERGE, send: {} },
        {
          ask: `PATCH ${WIDGETS}/w/status`,
          type: MERGE,
          send: { status: { phase: 'By guest' } },
          look: ['status'],
        },
        { ask: `POST ${ACCOUNTS}/guest/token`, send: { spec: {} } },
        { ask: 'GET /api/v1/namespaces/$ns' },
        { ask: 'GET /api/v1/nodes' },
        { ask: `GET ${WIDGETS}s` },
        { ask: `PATCH ${SECRETS}/new?fieldManager=m`, type: APPLY, send: secret('new') },
        { ask: `PUT ${LEASES}/new`, send: { metadata: { name: 'new' } } },
        { ask: 'GET /metrics' },
        { ask: 'GET /version', look: ['major'] },
        { ask: 'GET /api', look: ['kind'] },
      ].map((step): Step => ({ ...step, as: 'guest' })),
      { ask: `GET ${SECRETS}`, as: 'nobody' },
      { ask: 'GET /api', as: 'nobody' },
      { ask: 'GET /readyz', as: 'nobody' },
      {
        ask: 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        as: 'guest',
        send: {
          kind: 'SelfSubjectAccessReview',
          apiVersion: 'authorization.k8s.io/v1',
          spec: {
            resourceAttributes: {
              namespace: '$ns',
              verb: 'get',
              resource: 'secrets',
              name: 'mine',
            },
          },
        },
        look: ['kind', 'status.allowed'],
      },
      {
        ask: 'POST /apis/authorization.k8s.io/v1/subjectaccessreviews',
        send: {
          kind: 'SubjectAccessReview',
          apiVersion: 'authorization.k8s.io/v1',
          spec: {
            user: 'system:serviceaccount:$ns:guest',
            resourceAttributes: { namespace: '$ns', verb: 'list', resource: 'secrets' },
          },
        },
        look: ['kind', 'status.allowed'],
      },
    ],
  },
  {
    title: 'tokens',
    steps: [
      {
        ask: `POST ${ACCOUNTS}`,
        send: { metadata: { name: 'app' } },
        keep: { account: 'metadata.uid' },
        silent: true,
      },
      {
        ask: `POST ${ACCOUNTS}/app/token`,
        send: { spec: { audiences: ['vault'], expirationSeconds: 600 } },
        keep: { vault: 'status.token' },
      },
      {
        ask: `POST ${ACCOUNTS}/app/token`,
        send: { spec: { audiences: null, boundObjectRef: null } },
        keep: { token: 'status.token' },
        look: ['kind', 'spec.expirationSeconds'],
      },
      { ask: `POST ${ACCOUNTS}/app/token`, send: { spec: { expirationSeconds: 599 } } },
      { ask: `POST ${ACCOUNTS}/none/token`, send: { spec: {} } },
      { ask: `GET ${ACCOUNTS}/app/token`, look: ['reason', 'code'] },
      {
        ask: 'POST /apis/authentication.k8s.io/v1/tokenreviews',
        send: { spec: { token: '$vault', audiences: ['vault', 'x'] } },
        look: [
          'status.authenticated',
          'status.audiences',
          'status.user.username',
          'status.user.uid',
          'status.user.groups',
        ],
      },
      {
        ask: 'POST /apis/authentication.k8s.io/v1/tokenreviews',
        send: { spec: { token: '$vault' } },
        look: ['status.authenticated', 'status.user'],
      },
      {
        ask: 'POST /apis/authentication.k8s.io/v1/tokenreviews',
        send: { spec: { token: 'nonsense' } },
        look: ['status.authenticated'],
      },
      { ask: 'POST /apis/authentication.k8s.io/v1/tokenreviews', send: { spec: {} }, look: reason },
      { ask: `GET ${SECRETS}`, as: '$vault' },
      { ask: `GET ${SECRETS}`, as: '$token' },
      { ask: `DELETE ${ACCOUNTS}/app`, silent: true },
      { ask: `GET ${SECRETS}`, as: '$token', until: 401 },
    ],
  },
];
