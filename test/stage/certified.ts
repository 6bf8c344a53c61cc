/** One VaultPKISecret as a scenario looks at it: the certificate in its Secret, Vault's word on it, and its workload. */
import { randomBytes, X509Certificate } from 'node:crypto';
import { Credential, WORKLOAD } from './credential.ts';
import { conditionOf, textsOf } from './kube-admin.ts';
import type { Stage } from './stage.ts';
import { type Tenant, type TenantOptions, tenant } from './tenant.ts';

export const MAY_REVOKE = 'path "pki/revoke" { capabilities = ["update"] }';
const MAY_ISSUE = `
path "pki/issue/*" { capabilities = ["update"] }
path "pki/issuer/*" { capabilities = ["update"] }`;

export interface CertifiedOptions extends TenantOptions {
  /** Further fields of the PKI role, which allows names below example.com. */
  readonly pkiRole?: object;
}

/** In a namespace of its own, with a PKI role; `policy` is added to what issuing needs. */
export async function certified(
  play: Stage,
  { pkiRole = {}, policy = '', ...options }: CertifiedOptions = {},
): Promise<Certified> {
  const home = await tenant(play, { ...options, policy: MAY_ISSUE + policy });
  const it = new Certified(play, home);
  await it.changeRole(pkiRole);
  return it;
}

export class Certified extends Credential {
  readonly #play: Stage;
  /** Of the PKI engine. */
  readonly role = `r-${randomBytes(4).toString('hex')}`;
  #spec: object = {};

  constructor(play: Stage, home: Tenant) {
    super(play, home, { resource: 'vaultpkisecrets', name: 'web' });
    this.#play = play;
  }

  async changeRole(fields: object): Promise<void> {
    await this.#play.vault.call('POST', `pki/roles/${this.role}`, {
      allowed_domains: 'example.com',
      allow_subdomains: true,
      key_type: 'ec',
      max_ttl: '87600h',
      ...fields,
    });
  }

  /** With a Deployment as restart target, and waits until it is ready. */
  async applied(spec: object = {}): Promise<X509Certificate> {
    await this.home.deployment(WORKLOAD);
    await this.edited(spec);
    await this.ready();
    return this.certificate();
  }

  /** Fields that are not named stay as they were at the last call. */
  async edited(spec: object = {}): Promise<void> {
    this.#spec = { ...this.#spec, ...spec };
    await this.home.apply('VaultPKISecret', this.name, {
      vaultAuthRef: 'app',
      mount: 'pki',
      role: this.role,
      commonName: 'web.example.com',
      ttl: '24h',
      destination: { name: this.name, create: true, type: 'kubernetes.io/tls' },
      rolloutRestartTargets: [{ kind: 'Deployment', name: WORKLOAD }],
      ...this.#spec,
    });
  }

  async ready(): Promise<void> {
    await this.says('Ready', 'True');
  }

  /** Waits until the condition is about what the object says now, and is so. */
  async says(type: string, wanted: string): Promise<void> {
    await this.#play.until(`${this.name} says ${type} ${wanted}`, async () => {
      const object = await this.object();
      const condition = conditionOf(object, type);
      if (condition?.observedGeneration !== object?.metadata.generation) return false;
      return [condition?.status, condition?.reason].includes(wanted);
    });
  }

  async status() {
    return (await this.object())?.['status'];
  }

  async texts(name = this.name): Promise<Record<string, string>> {
    return textsOf(await this.secret(name));
  }

  async certificate(name = this.name): Promise<X509Certificate> {
    const text = (await this.texts(name))['certificate'];
    if (!text) throw new Error('there is no certificate in the Secret');
    return new X509Certificate(text);
  }

  /** Of the certificate in the Secret, as Vault prints it; undefined when there is none. */
  async serial(): Promise<string | undefined> {
    return (await this.texts())['serial_number'];
  }

  /** Waits until the Secret holds another certificate than this one. */
  async replaced(old: string | undefined, withinMs = 60_000): Promise<string> {
    await this.#play.until(
      'another certificate is in the Secret',
      async () => ![undefined, old].includes(await this.serial()),
      withinMs,
    );
    return (await this.serial()) ?? '';
  }

  /** Requests for a certificate of its role that reached Vault. */
  async issues(): Promise<number> {
    const notes = await this.#play.vaultNotes();
    return notes.filter(({ path }) => path.endsWith(`issue/${this.role}`)).length;
  }

  async isRevoked(serial: string): Promise<boolean> {
    const { data } = await this.#play.vault.call('GET', `pki/cert/${serial}`);
    return data.revocation_time > 0;
  }

  async revoked(serial: string): Promise<void> {
    await this.#play.until('the certificate is revoked', () => this.isRevoked(serial));
  }
}

/** The root above all that the stage's PKI issues, and the intermediate below it. */
export async function authorities(play: Stage): Promise<{ root: string; intermediate: string }> {
  const [root, intermediate] = await Promise.all(
    ['pki-root', 'pki'].map((mount) => play.vault.call('GET', `${mount}/cert/ca`)),
  );
  return { root: root.data.certificate, intermediate: intermediate.data.certificate };
}
