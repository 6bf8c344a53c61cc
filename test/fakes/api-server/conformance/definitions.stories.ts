/** Stories of CustomResourceDefinitions that come and go. */
import { MERGE, type Story } from './story.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const short = {
  type: 'object',
  properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } },
};
const gadgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.$ns.example.com' },
  spec: {
    group: '$ns.example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', kind: 'Gadget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: short } }],
  },
};
const GADGETS = '/apis/$ns.example.com/v1/namespaces/$ns/gadgets';
const gadget = {
  apiVersion: '$ns.example.com/v1',
  kind: 'Gadget',
  metadata: { name: 'g' },
  spec: { a: 'x' },
};

export const DEFINITION_STORIES: readonly Story[] = [
  {
    title: 'definitions come and go',
    steps: [
      { ask: `GET ${GADGETS}` },
      { ask: `POST ${CRDS}`, send: gadgets, look: ['kind', 'metadata.generation'] },
      { ask: `GET ${GADGETS}`, until: 200, look: ['kind', 'items'] },
      {
        ask: `GET ${CRDS}/gadgets.$ns.example.com`,
        look: ['status.acceptedNames', 'status.storedVersions', 'spec.names', 'spec.conversion'],
      },
      {
        ask: `POST ${GADGETS}`,
        send: { ...gadget, status: { free: 'yes' } },
        look: ['metadata.generation', 'spec', 'status'],
      },
      {
        ask: `PATCH ${GADGETS}/g`,
        type: MERGE,
        send: { spec: { a: 'y' } },
        look: ['metadata.generation', 'spec'],
      },
      { ask: `PATCH ${GADGETS}/g/status`, type: MERGE, send: { status: {} } },
      {
        ask: 'GET /apis/$ns.example.com/v1',
        until: 200,
        look: [
          'groupVersion',
          'resources.*.name',
          'resources.*.kind',
          'resources.*.singularName',
          'resources.*.namespaced',
        ],
      },
      { ask: `DELETE ${CRDS}/gadgets.$ns.example.com`, look: ['kind', 'status.phase'] },
      { ask: `GET ${CRDS}/gadgets.$ns.example.com`, until: 404 },
      { ask: `GET ${GADGETS}/g`, until: 404, look: [] },
    ],
  },
];
