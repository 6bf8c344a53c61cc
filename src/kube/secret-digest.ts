/**
 * A Secret on the wire, and what is kept of one. Promises that a digest holds no value: not of the data, and not in
 * the annotation in which `kubectl apply` keeps a copy of the whole manifest.
 */
import type { OwnerReference } from '../api/object.ts';
import { type Sealed, seal } from '../runtime/sealed.ts';
import { isRecord, type WireObject } from './wire.ts';

type Texts = Readonly<Record<string, string>>;

/** What is remembered of a Secret: never a value. */
export interface SecretDigest {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly type: string;
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly ownerReferences: readonly OwnerReference[];
  readonly mac: string;
  readonly immutable: boolean;
  /** A replace carries them over: it would take them off otherwise. */
  readonly finalizers?: readonly string[];
}

export interface SecretContent {
  readonly digest: SecretDigest;
  /** Each value's bytes as standard base64. */
  readonly data: Sealed<Texts>;
}

export interface SecretBody {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly ownerReferences: readonly OwnerReference[];
  readonly data: Sealed<Texts>;
}

/** Code of Secret data, by which equal data is told without keeping it. */
export type DataMac = (data: Texts) => string;

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** To be kept. */
export function digestOf(object: WireObject, mac: DataMac): SecretDigest {
  const { digest } = contentOf(object, mac);
  const { [LAST_APPLIED]: _, ...annotations } = digest.annotations;
  return { ...digest, annotations };
}

/** With every annotation, so that a Secret of someone else can be written back as it was. Not to be kept. */
export function contentOf(object: WireObject, mac: DataMac): SecretContent {
  const { metadata, type, immutable } = object;
  const data = textsOf(object['data']);
  const { namespace = '', name, uid, resourceVersion, finalizers = [] } = metadata;
  const { labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  return {
    digest: {
      namespace,
      name,
      uid,
      resourceVersion,
      labels,
      annotations,
      ownerReferences,
      type: typeof type === 'string' ? type : 'Opaque',
      mac: mac(data),
      immutable: immutable === true,
      ...(finalizers.length > 0 && { finalizers }),
    },
    data: seal(data),
  };
}

/** The Secret as it is sent: the one place where its values are opened. */
export function wireSecret(body: SecretBody, guard: object = {}): unknown {
  const { namespace, name, type, labels, annotations, ownerReferences, data } = body;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type,
    metadata: { namespace, name, labels, annotations, ownerReferences, ...guard },
    data: data.open(),
  };
}

/** True when both say the same of a Secret: only the API server's own bookkeeping may differ. */
export function saysTheSame(one: SecretDigest, other: SecretDigest): boolean {
  const [left, right] = [one, other].map((digest) =>
    JSON.stringify({ ...digest, resourceVersion: '' }),
  );
  return left === right;
}

/** Without prototype, so that no key can reach one. */
function textsOf(value: unknown): Texts {
  const texts: Record<string, string> = Object.create(null);
  for (const [key, text] of Object.entries(isRecord(value) ? value : {})) {
    if (typeof text === 'string') texts[key] = text;
  }
  return texts;
}
