/**
 * The settings of a login method, from a VaultAuth and its VaultAuthGlobal field by field; the VaultAuth wins where it
 * says something. What the method needs and nobody says is refused, naming the field. Reads no Secret and no file.
 */
import type { VaultAuth, VaultAuthSpec } from '../../api/vault-auth.ts';
import type { VaultAuthGlobal } from '../../api/vault-auth-global.ts';
import type { Login, LoginSource, ServiceAccountToken } from '../../api/vault-exchange.ts';
import { refused } from '../../runtime/fault.ts';
import { isAbsolutePath, isOperatorsOwn } from '../pod-paths.ts';
import { isLegalName, nameOf } from './references.ts';

export type Method = Login['method'];

/** The login of a consumer in this namespace: service accounts and Secrets are taken from there, as with VSO. */
export type LoginPlan = (consumerNamespace: string) => Login;

/** Throws InvalidSpec. */
export function planLogin(
  method: Method,
  auth: VaultAuth,
  global: VaultAuthGlobal | undefined,
): LoginPlan {
  return PLANS[method]({ auth, global, own: auth.spec, shared: global?.spec ?? {} });
}

interface Sources {
  readonly auth: VaultAuth;
  readonly global: VaultAuthGlobal | undefined;
  readonly own: VaultAuthSpec;
  readonly shared: Pick<VaultAuthSpec, Method>;
}

const PLANS: Readonly<Record<Method, (sources: Sources) => LoginPlan>> = {
  kubernetes: (sources) => {
    const { own, shared } = sources;
    const { role, ...account } = kubernetesOf(own.kubernetes, shared.kubernetes);
    needed(sources, 'spec.kubernetes.role', role);
    needed(sources, 'spec.kubernetes.serviceAccount', account.serviceAccount);
    const tokenOf = serviceAccountToken(sources, 'spec.kubernetes', account);
    return (namespace) => {
      const { kind: _, ...token } = tokenOf(namespace);
      return { method: 'kubernetes', role, ...token };
    };
  },
  jwt: (sources) => {
    const { own, shared } = sources;
    const { role, ...account } = kubernetesOf(own.jwt, shared.jwt);
    needed(sources, 'spec.jwt.role', role);
    const tokenOf = account.serviceAccount
      ? serviceAccountToken(sources, 'spec.jwt', account)
      : secretSource(sources, 'spec.jwt.secretRef', own.jwt?.secretRef || shared.jwt?.secretRef, {
          key: 'jwt',
          or: 'spec.jwt.serviceAccount',
        });
    return (namespace) => ({ method: 'jwt', role, token: tokenOf(namespace) });
  },
  appRole: (sources) => {
    const { own, shared } = sources;
    const roleId = own.appRole?.roleId || shared.appRole?.roleId || '';
    needed(sources, 'spec.appRole.roleId', roleId);
    const secretIdOf = secretIdSource(sources);
    return (namespace) => ({ method: 'appRole', roleId, secretId: secretIdOf(namespace) });
  },
  cert: ({ own, shared }) => {
    const role = own.cert?.role || shared.cert?.role || '';
    return () => ({ method: 'cert', role });
  },
};

interface AccountBlock {
  readonly role?: string;
  readonly serviceAccount?: string;
  readonly audiences?: readonly string[];
  readonly tokenExpirationSeconds?: number;
}

interface AccountSettings {
  readonly role: string;
  readonly serviceAccount: string;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
}

/** What the schema fills in where a block is silent, so that a VaultAuth that says it says nothing. */
const DEFAULT_EXPIRATION_S = 600;

function kubernetesOf(
  own: AccountBlock | undefined,
  shared: AccountBlock | undefined,
): AccountSettings {
  const layers = [own, shared].filter((layer) => layer !== undefined);
  const spans = layers.map(({ tokenExpirationSeconds }) => tokenExpirationSeconds);
  return {
    role: layers.find(({ role }) => role)?.role ?? '',
    serviceAccount: layers.find(({ serviceAccount }) => serviceAccount)?.serviceAccount ?? '',
    audiences: layers.find(({ audiences }) => audiences?.length)?.audiences ?? [],
    expirationSeconds:
      spans.find((span) => span && span !== DEFAULT_EXPIRATION_S) ?? DEFAULT_EXPIRATION_S,
  };
}

function serviceAccountToken(
  sources: Sources,
  block: string,
  { serviceAccount: name, audiences, expirationSeconds }: Omit<AccountSettings, 'role'>,
): (namespace: string) => ServiceAccountToken {
  if (!isLegalName(name))
    throw flaw(sources, `${block}.serviceAccount is no name of a ServiceAccount; correct it`);
  return (namespace) => ({
    kind: 'serviceAccount',
    serviceAccount: { namespace, name },
    audiences,
    expirationSeconds,
  });
}

function secretSource(
  sources: Sources,
  field: string,
  name: string | undefined,
  { key, or }: { readonly key: string; readonly or: string },
): (namespace: string) => LoginSource {
  if (!name) throw flaw(sources, `${field} is missing, and so is ${or}; set one of them`);
  if (!isLegalName(name))
    throw flaw(
      sources,
      `${field} is no name of a Secret; name one in the namespace of the object that asks`,
    );
  return (namespace) => ({ kind: 'secret', namespace, name, key });
}

/** The first layer that says where the secret id is; VSO refuses a VaultAuth with one way and a global with the other. */
function secretIdSource(sources: Sources): (namespace: string) => LoginSource {
  const layers = [sources.own.appRole, sources.shared.appRole];
  const said = layers.find((layer) => layer?.secretRef || layer?.secretIDPath);
  if (said?.secretRef && said.secretIDPath)
    throw flaw(
      sources,
      'spec.appRole.secretRef and spec.appRole.secretIDPath are both set; keep one',
    );
  if (!said?.secretIDPath)
    return secretSource(sources, 'spec.appRole.secretRef', said?.secretRef, {
      key: 'id',
      or: 'spec.appRole.secretIDPath',
    });
  const path = filePath(sources, said.secretIDPath);
  return () => ({ kind: 'file', path });
}

/** A Vault that a tenant names must not be sent what is the operator's own. */
function filePath(sources: Sources, path: string): string {
  if (!isAbsolutePath(path))
    throw flaw(sources, 'spec.appRole.secretIDPath is no absolute path without ".."; correct it');
  if (isOperatorsOwn(path))
    throw flaw(
      sources,
      'spec.appRole.secretIDPath is a place of the operator itself; mount the secret id elsewhere',
    );
  return path;
}

function needed({ auth, global }: Sources, field: string, value: string): void {
  if (value) return;
  const elsewhere = global ? ` or in VaultAuthGlobal ${nameOf(global.metadata)}` : '';
  throw refused(
    'InvalidSpec',
    `VaultAuth ${nameOf(auth.metadata)}: ${field} is missing; set it there${elsewhere}`,
  );
}

function flaw({ auth }: Sources, text: string): Error {
  return refused('InvalidSpec', `VaultAuth ${nameOf(auth.metadata)}: ${text}`);
}
