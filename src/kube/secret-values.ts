/** Secrets of tenants that are read live by name, for what is in them at this moment. Nothing is kept. */
import { type Sealed, seal } from '../runtime/sealed.ts';
import { isObjectMissing } from './faults.ts';
import { SECRETS } from './routes.ts';
import type { Transport } from './transport.ts';
import { isRecord, wireObject } from './wire.ts';

export interface SecretValues {
  readonly type: string;
  /** By key, as text. */
  readonly values: Sealed<Readonly<Record<string, string>>>;
}

/** Undefined when the API server says that there is no such Secret. */
export async function readSecretValues(
  transport: Transport,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<SecretValues | undefined> {
  try {
    const call = { verb: 'get', route: SECRETS, namespace, name } as const;
    const { type, data } = wireObject((await transport.raw(call, signal)).json);
    const values = Object.entries(isRecord(data) ? data : {}).map(
      ([key, value]) => [key, Buffer.from(String(value), 'base64').toString()] as const,
    );
    return { type: String(type), values: seal(Object.fromEntries(values)) };
  } catch (thrown) {
    if (isObjectMissing(thrown, name)) return undefined;
    throw thrown;
  }
}
