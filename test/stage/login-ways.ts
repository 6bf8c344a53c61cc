/**
 * The ways in which a tenant may log in, each set up in Vault and Kubernetes as a platform team would, and the source
 * of each as something that can be renewed.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '../fakes/api-server/self-signed.ts';
import { TokenIssuer } from '../fakes/vault/token-issuer.ts';
import type { Stage } from './stage.ts';
import { object, type Tenant } from './tenant.ts';

export interface LoginWay {
  /** Of the auth method; its logins are counted at auth/MOUNT/login. */
  readonly mount: string;
  /** Of the VaultAuth, beside its VaultConnection. */
  readonly spec: object;
  /** Puts a new proof where the old one is, which Vault then no longer takes. Absent where there is nothing to renew. */
  readonly renew?: () => Promise<void>;
}

/** A source is looked at once a minute, give or take a tenth. */
export const SEEN_MS = 90_000;
export const SECRET_ID = 'secret-id';
export const TOKEN = 'token';
export const CERTIFICATE = 'client-cert';

const issuer = new TokenIssuer();

/** Once per stage: which keys sign the tokens that the method jwt takes. */
export async function trustTokenKeys({ vault, kube }: Stage): Promise<void> {
  const keys = [...(await kube.tokenKeys()), issuer.publicKey];
  await vault.call('POST', 'auth/jwt/config', { jwt_validation_pubkeys: keys });
}

export async function putSecret(
  { kube }: Stage,
  { namespace }: Tenant,
  name: string,
  stringData: object,
  type = 'Opaque',
): Promise<void> {
  await kube.apply({ ...object('v1', 'Secret', namespace, name), type, stringData });
}

/** Points the tenant's VaultAuth at the way. */
export async function logInBy(home: Tenant, { mount, spec }: LoginWay): Promise<void> {
  await home.apply('VaultAuth', 'app', { vaultConnectionRef: 'vault', mount, ...spec });
}

export async function jwtOfServiceAccount(play: Stage, home: Tenant): Promise<LoginWay> {
  await jwtRole(play, home);
  const jwt = { role: home.role, serviceAccount: 'app', audiences: ['vault'] };
  return { mount: 'jwt', spec: { method: 'jwt', jwt } };
}

export async function jwtOfSecret(play: Stage, home: Tenant): Promise<LoginWay> {
  let serial = 0;
  const renew = async (): Promise<void> => {
    serial += 1;
    const subject = `worker-${serial}`;
    await jwtRole(play, home, { bound_subject: subject });
    await putSecret(play, home, TOKEN, { jwt: tokenFor(subject, play.now()) });
  };
  await renew();
  const jwt = { role: home.role, secretRef: TOKEN };
  return { mount: 'jwt', spec: { method: 'jwt', jwt }, renew };
}

export async function appRoleOfSecret(
  play: Stage,
  home: Tenant,
  role: object = {},
): Promise<LoginWay> {
  const ids = await appRole(play, home, role);
  const renew = async (): Promise<void> =>
    putSecret(play, home, SECRET_ID, { id: await ids.renewed() });
  await renew();
  const appRoleSpec = { roleId: ids.roleId, secretRef: SECRET_ID };
  return { mount: 'approle', spec: { method: 'appRole', appRole: appRoleSpec }, renew };
}

/** The operator of a stage runs on this machine, so a file of ours is one of its own. */
export async function appRoleOfFile(play: Stage, home: Tenant): Promise<LoginWay> {
  const ids = await appRole(play, home);
  const path = join(mkdtempSync(join(tmpdir(), 'vlo-secret-id-')), 'id');
  const renew = async (): Promise<void> => writeFileSync(path, `${await ids.renewed()}\n`);
  await renew();
  const appRoleSpec = { roleId: ids.roleId, secretIDPath: path };
  return { mount: 'approle', spec: { method: 'appRole', appRole: appRoleSpec }, renew };
}

export async function certificate(play: Stage, home: Tenant, more: object = {}): Promise<LoginWay> {
  const renew = async (): Promise<void> => {
    const { cert, key } = selfSigned(home.role);
    const role = { certificate: cert, token_policies: home.role, ...more };
    await play.vault.call('POST', `auth/cert/certs/${home.role}`, role);
    const pair = { 'tls.crt': cert, 'tls.key': key };
    await putSecret(play, home, CERTIFICATE, pair, 'kubernetes.io/tls');
  };
  await renew();
  await home.apply('VaultConnection', 'vault', {
    address: play.vault.url,
    caCertSecretRef: 'vault-ca',
    clientCertSecretRef: CERTIFICATE,
  });
  return { mount: 'cert', spec: { method: 'cert', cert: { role: home.role } }, renew };
}

async function jwtRole({ vault }: Stage, { role }: Tenant, more: object = {}): Promise<void> {
  await vault.call('POST', `auth/jwt/role/${role}`, {
    role_type: 'jwt',
    user_claim: 'sub',
    bound_audiences: ['vault'],
    token_policies: role,
    ...more,
  });
}

async function appRole({ vault }: Stage, { role }: Tenant, more: object = {}) {
  const path = `auth/approle/role/${role}`;
  await vault.call('POST', path, { token_policies: role, ...more });
  const roleId: string = (await vault.call('GET', `${path}/role-id`)).data.role_id;
  let current: string | undefined;
  const renewed = async (): Promise<string> => {
    const { data } = await vault.call('POST', `${path}/secret-id`, {});
    if (current) await vault.call('POST', `${path}/secret-id/destroy`, { secret_id: current });
    const id: string = data.secret_id;
    current = id;
    return id;
  };
  return { roleId, renewed };
}

function tokenFor(sub: string, nowMs: number): string {
  const now = Math.floor(nowMs / 1_000);
  return issuer.signed({ sub, aud: ['vault'], iat: now, nbf: now, exp: now + 86_400 });
}

/** By name. */
export const LOGIN_WAYS: readonly [string, (play: Stage, home: Tenant) => Promise<LoginWay>][] = [
  ['jwt with a service account', jwtOfServiceAccount],
  ['jwt with a Secret', jwtOfSecret],
  ['appRole with a Secret', appRoleOfSecret],
  ['appRole with a file', appRoleOfFile],
  ['a client certificate', certificate],
];
