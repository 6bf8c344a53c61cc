/** Certificates made on the spot, for loopback: one authority per server, whose key is not kept. */
import { generateKeyPair } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { run } from './run.ts';
import type { Site } from './site.ts';

export interface Certificate {
  readonly caPath: string;
  readonly caPem: string;
  readonly certPath: string;
  readonly keyPath: string;
}

/** A server certificate for 127.0.0.1, ::1 and localhost under a new authority, as files in the folder `name` of the stack. */
export async function issueCertificate(
  certs: string,
  site: Site,
  name: string,
): Promise<Certificate> {
  const { folder, guard } = site;
  await run({ command: certs, args: [folder, name], guard });
  const caPath = join(folder, name, 'ca.pem');
  return {
    caPath,
    caPem: readFileSync(caPath, 'utf8'),
    certPath: join(folder, name, 'tls.pem'),
    keyPath: join(folder, name, 'tls.key'),
  };
}

/** The path of a new RSA private key, with which service account tokens are signed and verified. */
export async function makeSigningKey(folder: string): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const path = join(folder, 'service-accounts.key');
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return path;
}
