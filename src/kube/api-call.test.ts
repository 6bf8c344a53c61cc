import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ApiCall, methodOf, pathOf, sayCall, subjectOf, subjectOfPath } from './api-call.ts';

const secrets = { group: '', version: 'v1', plural: 'secrets' };
const crs = { group: 'secrets.hashicorp.com', version: 'v1beta1', plural: 'vaultstaticsecrets' };

const calls: { name: string; call: ApiCall; path: string; said: string }[] = [
  {
    name: 'a core object',
    call: { verb: 'get', route: secrets, namespace: 'shop', name: 'db' },
    path: '/api/v1/namespaces/shop/secrets/db',
    said: 'get secrets in namespace "shop"',
  },
  {
    name: 'a list over all namespaces',
    call: { verb: 'list', route: crs, query: { limit: '500' } },
    path: '/apis/secrets.hashicorp.com/v1beta1/vaultstaticsecrets?limit=500',
    said: 'list vaultstaticsecrets.secrets.hashicorp.com',
  },
  {
    name: 'a watch in one namespace',
    call: { verb: 'watch', route: crs, namespace: 'shop', query: { watch: 'true' } },
    path: '/apis/secrets.hashicorp.com/v1beta1/namespaces/shop/vaultstaticsecrets?watch=true',
    said: 'watch vaultstaticsecrets.secrets.hashicorp.com in namespace "shop"',
  },
  {
    name: 'a status patch',
    call: { verb: 'patch', route: crs, namespace: 'shop', name: 'db', subresource: 'status' },
    path: '/apis/secrets.hashicorp.com/v1beta1/namespaces/shop/vaultstaticsecrets/db/status',
    said: 'patch vaultstaticsecrets.secrets.hashicorp.com/status in namespace "shop"',
  },
  {
    name: 'a namespace itself',
    call: {
      verb: 'get',
      route: { group: '', version: 'v1', plural: 'namespaces' },
      name: 'kube-system',
    },
    path: '/api/v1/namespaces/kube-system',
    said: 'get namespaces',
  },
  {
    name: 'a name that tries to leave its place',
    call: { verb: 'get', route: secrets, namespace: 'shop', name: '../../nodes/a?b' },
    path: '/api/v1/namespaces/shop/secrets/..%2F..%2Fnodes%2Fa%3Fb',
    said: 'get secrets in namespace "shop"',
  },
  {
    name: 'a token request',
    call: {
      verb: 'create',
      route: { group: '', version: 'v1', plural: 'serviceaccounts' },
      namespace: 'shop',
      name: 'app',
      subresource: 'token',
    },
    path: '/api/v1/namespaces/shop/serviceaccounts/app/token',
    said: 'create serviceaccounts/token in namespace "shop"',
  },
];

describe('a call of the Kubernetes API', () => {
  for (const { name, call, path, said } of calls) {
    it(`${name} has its path, its words, and can be read back`, () => {
      assert.equal(pathOf(call), path);
      assert.equal(sayCall(subjectOf(call)), said);
      assert.deepEqual(subjectOfPath(methodOf(call.verb), path), subjectOf(call));
    });
  }
});
