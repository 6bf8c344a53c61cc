/** Questions put as objects and answered at once, never stored: TokenReview and the access reviews. */
import { draftOf } from './http.ts';
import { at, type Fields, fieldsOf, textOf, textsOf } from './objects.ts';
import { type Access, isAllowed } from './rbac.ts';
import type { Route } from './route.ts';
import type { Store } from './store.ts';
import { answerTokenReview, type Identity, ISSUER, type Tokens } from './tokens.ts';

/** undefined: not a review. */
export function review(
  { store, tokens }: { store: Store; tokens: Tokens },
  who: Identity,
  { group, version, resource }: Route,
  body: unknown,
): Fields | undefined {
  const apiVersion = `${group}/${version}`;
  switch (`${resource}.${apiVersion}`) {
    case 'tokenreviews.authentication.k8s.io/v1':
      return answerTokenReview(tokens, draftOf(body, apiVersion, 'TokenReview'));
    case 'subjectaccessreviews.authorization.k8s.io/v1':
      return judged(store, subjectOf(body), body);
    case 'selfsubjectaccessreviews.authorization.k8s.io/v1':
      return judged(store, who, body);
    default:
      return undefined;
  }
}

function judged(store: Store, who: Identity, body: unknown): Fields {
  const allowed = isAllowed(store, who, accessIn(body));
  return { ...fieldsOf(body), metadata: { creationTimestamp: null }, status: { allowed } };
}

function subjectOf(body: unknown): Identity {
  const username = textOf(at(body, 'spec', 'user'));
  return { username, uid: '', groups: textsOf(at(body, 'spec', 'groups')), audiences: [ISSUER] };
}

function accessIn(body: unknown): Access {
  const wish = fieldsOf(at(body, 'spec', 'resourceAttributes'));
  const path = at(body, 'spec', 'nonResourceAttributes', 'path');
  return {
    verb: textOf(wish['verb']) || textOf(at(body, 'spec', 'nonResourceAttributes', 'verb')),
    group: textOf(wish['group']),
    resource: textOf(wish['resource']),
    subresource: textOf(wish['subresource']),
    namespace: textOf(wish['namespace']) || undefined,
    name: textOf(wish['name']),
    ...(typeof path === 'string' && { path }),
  };
}
