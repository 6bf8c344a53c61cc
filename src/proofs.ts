/**
 * What we prove ourselves with: fresh tokens of service accounts, and Secrets and files that are read when somebody logs
 * in or asks whether they changed, and never kept. What is missing is told by naming the Secret and its key, or the path.
 */
import type { LoginSource } from './api/vault-exchange.ts';
import { readSecretValues } from './kube/secret-values.ts';
import { requestToken } from './kube/service-accounts.ts';
import type { Transport } from './kube/transport.ts';
import type { Files } from './reconcile/ports.ts';
import { FaultError, waiting } from './runtime/fault.ts';
import { type Sealed, seal } from './runtime/sealed.ts';
import { ClientCertificates } from './vault/client-certificates.ts';
import { digestOf, type Prover, proverFrom } from './vault/login.ts';

export interface Proofs {
  readonly prover: Prover;
  readonly loginSources: LoginSources;
  readonly clientCertificates: ClientCertificates;
}

export function proofs(transport: Transport, files: Files): Proofs {
  const loginSources = new LoginSources(transport, files);
  return {
    loginSources,
    prover: proverFrom({
      requestToken: (wish, signal) => requestToken(transport, wish, signal),
      valueOf: (source, signal) => loginSources.valueOf(source, signal),
    }),
    clientCertificates: new ClientCertificates(async (of, signal) => {
      const secret = await readSecretValues(transport, of, signal);
      const pem = secret?.values.map((values) => ({
        cert: values['tls.crt'] ?? '',
        key: values['tls.key'] ?? '',
      }));
      return pem && { type: secret?.type ?? '', pem };
    }),
  };
}

class LoginSources {
  readonly #transport: Transport;
  readonly #files: Files;

  constructor(transport: Transport, files: Files) {
    this.#transport = transport;
    this.#files = files;
  }

  /** Throws LoginSourceInvalid. */
  async valueOf(source: LoginSource, signal: AbortSignal): Promise<Sealed<string>> {
    const found =
      source.kind === 'file' ? await this.#file(source) : await this.#secret(source, signal);
    const value = found.map((text) => text.trim());
    if (value.open() === '') throw missing(source, 'is empty');
    return value;
  }

  async digestOf(source: LoginSource, signal: AbortSignal): Promise<string | undefined> {
    try {
      return digestOf(await this.valueOf(source, signal));
    } catch (thrown) {
      if (thrown instanceof FaultError && thrown.fault.reason === 'LoginSourceInvalid')
        return undefined;
      throw thrown;
    }
  }

  async #secret(
    source: Extract<LoginSource, { kind: 'secret' }>,
    signal: AbortSignal,
  ): Promise<Sealed<string>> {
    const secret = await readSecretValues(this.#transport, source, signal);
    if (!secret) throw missing(source, 'does not exist');
    if (secret.values.open()[source.key] === undefined) throw missing(source, 'lacks that key');
    return secret.values.map((values) => values[source.key] ?? '');
  }

  async #file(source: Extract<LoginSource, { kind: 'file' }>): Promise<Sealed<string>> {
    const text = await this.#files.read(source.path);
    if (text === undefined) throw missing(source, 'is no regular file of at most 1 MiB');
    return seal(text);
  }
}

function missing(source: LoginSource, flaw: string): FaultError {
  if (source.kind === 'file')
    return waiting(
      'LoginSourceInvalid',
      `${source.path} (spec.appRole.secretIDPath) ${flaw}; mount the secret id there in the operator's pod`,
    );
  return waiting(
    'LoginSourceInvalid',
    `Secret ${source.name} (secretRef of the VaultAuth) with the key ${source.key} ${flaw} in namespace ${source.namespace}, which is searched because the object that asks is there; provide it`,
  );
}
