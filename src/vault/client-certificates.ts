/**
 * The certificates by which we prove ourselves to servers. Promises that an endpoint only names its certificate, that
 * what was read last serves every new connection, and that a key is opened where a connection is made and nowhere else.
 */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import type { ClientCertificate } from '../api/vault-exchange.ts';
import { waiting } from '../runtime/fault.ts';
import type { Sealed } from '../runtime/sealed.ts';

export interface ClientMaterial {
  /** "namespace/name" of the Secret. */
  readonly name: string;
  /** Of the certificate chain and the key. */
  readonly digest: string;
  readonly pem: Sealed<TlsPair>;
}

export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** What is in a Secret of the cluster. */
export interface TlsSecret {
  readonly type: string;
  readonly pem: Sealed<TlsPair>;
}

type Ref = Pick<ClientCertificate, 'namespace' | 'name'>;

export class ClientCertificates {
  readonly #read: (of: Ref, signal: AbortSignal) => Promise<TlsSecret | undefined>;
  /** By "namespace/name"; kept when the Secret goes, because what was made through it is still to be given back. */
  readonly #known = new Map<string, ClientMaterial>();

  constructor(read: (of: Ref, signal: AbortSignal) => Promise<TlsSecret | undefined>) {
    this.#read = read;
  }

  /** Reads the Secret anew; the digest of what is in it. Throws ClientCertificateInvalid. */
  async look(of: Ref, signal: AbortSignal): Promise<string> {
    return (await this.#fresh(of, signal)).digest;
  }

  /** What was read last, or is read now. */
  async material(of: Ref, signal: AbortSignal): Promise<ClientMaterial> {
    return this.#known.get(nameOf(of)) ?? this.#fresh(of, signal);
  }

  async #fresh(of: Ref, signal: AbortSignal): Promise<ClientMaterial> {
    const secret = await this.#read(of, signal);
    const flaw = flawOf(secret);
    if (!secret || flaw) throw invalid(of, flaw ?? '');
    const digest = createHash('sha256').update(JSON.stringify(secret.pem.open())).digest('hex');
    const material = { name: nameOf(of), digest, pem: secret.pem };
    this.#known.set(material.name, material);
    return material;
  }
}

function flawOf(secret: TlsSecret | undefined): string | undefined {
  if (!secret) return 'does not exist';
  if (secret.type !== 'kubernetes.io/tls') return 'is not of type kubernetes.io/tls';
  const { cert, key } = secret.pem.open();
  try {
    const certificate = new X509Certificate(cert);
    return certificate.checkPrivateKey(createPrivateKey(key))
      ? undefined
      : 'holds a key that is not the one of its certificate';
  } catch {
    return 'holds no PEM certificate under tls.crt, or no unencrypted PEM key under tls.key';
  }
}

function invalid(of: Ref, flaw: string): Error {
  return waiting(
    'ClientCertificateInvalid',
    `Secret ${of.name} of spec.clientCertSecretRef ${flaw}; provide a Secret of type kubernetes.io/tls in namespace ${of.namespace}`,
  );
}

function nameOf({ namespace, name }: Ref): string {
  return `${namespace}/${name}`;
}
