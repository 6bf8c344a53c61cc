/**
 * A root and below it a mount `pki` with two issuers, `intermediate` (the default) and `spare`. By the calls that an
 * administrator would make, to whichever Vault.
 */
export type Ask = (method: 'POST', path: string, body: object) => Promise<Answer>;

// eslint-disable-next-line typescript/no-explicit-any
type Answer = any;

/** Ten years and nine: an issuer cannot outlive the one above. */
const ROOT_TTL = '87600h';
const INTERMEDIATE_TTL = '78840h';

export async function mountPki(ask: Ask): Promise<void> {
  for (const mount of ['pki-root', 'pki'])
    await ask('POST', `sys/mounts/${mount}`, {
      type: 'pki',
      config: { max_lease_ttl: ROOT_TTL },
    });
  await ask('POST', 'pki-root/root/generate/internal', {
    common_name: 'Example Root',
    issuer_name: 'root',
    key_type: 'ec',
    ttl: ROOT_TTL,
  });
  for (const name of ['intermediate', 'spare']) await addIssuer(ask, name);
}

async function addIssuer(ask: Ask, name: string): Promise<void> {
  const commonName = `Example ${name}`;
  const requested = await ask('POST', 'pki/intermediate/generate/internal', {
    common_name: commonName,
    key_type: 'ec',
  });
  const signed = await ask('POST', 'pki-root/root/sign-intermediate', {
    csr: requested.data.csr,
    common_name: commonName,
    ttl: INTERMEDIATE_TTL,
  });
  const taken = await ask('POST', 'pki/intermediate/set-signed', {
    certificate: signed.data.certificate,
  });
  const [issuer] = taken.data.imported_issuers;
  await ask('POST', `pki/issuer/${issuer}`, { issuer_name: name });
}
