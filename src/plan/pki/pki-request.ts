/** What a VaultPKISecret asks Vault for: the path and the body that VSO sends, and a digest of what a certificate depends on. */
import { createHash } from 'node:crypto';
import type { SecretRequest, VaultIdentity } from '../../api/vault-exchange.ts';
import type { VaultPKISecretSpec } from '../../api/vault-pki-secret.ts';
import { refused } from '../../runtime/fault.ts';

export const TLS_TYPE = 'kubernetes.io/tls';

/** Throws InvalidSpec, naming the field. */
export function pkiRequest(identity: VaultIdentity, spec: VaultPKISecretSpec): SecretRequest {
  return {
    namespace: spec.namespace || identity.namespace,
    method: 'PUT',
    path: `${mountOf(spec)}/${issuingPath(spec)}`,
    namesBelow: mountOf(spec),
    body: bodyOf(spec),
  };
}

/** Vault keeps roles and issuers below a mount; a slash at its ends does not count. */
export function mountOf({ mount }: VaultPKISecretSpec): string {
  return mount.replace(/^\/+|\/+$/g, '');
}

/**
 * Digest of everything that a certificate depends on: which Vault, which path, what was asked, and whether the Secret
 * needs the keys of a TLS Secret. Who asks does not matter, so another login role replaces no certificate.
 */
export function certificateDigest(
  { endpoint }: VaultIdentity,
  { namespace, path, body = {} }: SecretRequest,
  { destination }: VaultPKISecretSpec,
): string {
  const asked = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = [endpoint.address, namespace, path, asked, destination.type === TLS_TYPE];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function issuingPath({ role, issuerRef }: VaultPKISecretSpec): string {
  const issue = `issue/${segment(role, 'spec.role')}`;
  return issuerRef ? `issuer/${segment(issuerRef, 'spec.issuerRef')}/${issue}` : issue;
}

function segment(name: string, field: string): string {
  if (!name.includes('/')) return name;
  throw refused('InvalidSpec', `${field} is a name and holds no slash`);
}

const FORMATS = ['pem', 'der', 'pem_bundle'];
const KEY_FORMATS = ['der', 'pkcs8'];

function bodyOf(spec: VaultPKISecretSpec): NonNullable<SecretRequest['body']> {
  const { format, privateKeyFormat } = spec;
  return {
    common_name: spec.commonName ?? '',
    alt_names: joined(spec.altNames),
    ip_sans: joined(spec.ipSans),
    uri_sans: joined(spec.uriSans),
    other_sans: joined(spec.otherSans),
    user_ids: joined(spec.userIDs),
    ttl: spec.ttl ?? '',
    not_after: spec.notAfter ?? '',
    exclude_cn_from_sans: spec.excludeCNFromSans ?? false,
    remove_roots_from_chain: true,
    ...(format && { format: oneOf(FORMATS, format, 'spec.format') }),
    ...(privateKeyFormat && {
      private_key_format: oneOf(KEY_FORMATS, privateKeyFormat, 'spec.privateKeyFormat'),
    }),
  };
}

function joined(values: readonly string[] = []): string {
  return values.join(',');
}

/** The schema takes any text, as VSO's does. */
function oneOf(allowed: readonly string[], value: string, field: string): string {
  if (allowed.includes(value)) return value;
  throw refused('InvalidSpec', `${field} must be one of ${allowed.join(', ')}`);
}
