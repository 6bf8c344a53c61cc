/** The operator's calls as Vault itself recorded them, from its audit file, read on from where it was read last. */
import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { type Calls, callsOf } from './calls.ts';

/** Path patterns and what they are called in the tables. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^kv1?\//u, 'read kv'],
  [/^database\/creds\//u, 'issue'],
  [/^auth\/kubernetes\/login$/u, 'login'],
  [/^sys\/leases\/renew$/u, 'renew lease'],
  [/^auth\/token\/renew-self$/u, 'renew token'],
  [/^auth\/token\/revoke-self$/u, 'revoke token'],
];
const CHUNK_BYTES = 1_048_576;

interface Entry {
  readonly type: string;
  readonly auth?: { readonly display_name?: string };
  readonly request: { readonly path: string; readonly operation: string };
}

export class VaultLog {
  readonly #path: string;
  readonly #decoder = new StringDecoder('utf8');
  #position = 0;
  #rest = '';
  readonly #counts = new Map<string, number>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Since the file began; the administrator's calls are left out. */
  read(): Calls {
    for (const line of this.#newLines()) this.#take(JSON.parse(line));
    return callsOf(this.#counts);
  }

  #take({ type, auth, request }: Entry): void {
    if (type !== 'request' || auth?.display_name === 'root') return;
    const name =
      NAMES.find(([pattern]) => pattern.test(request.path))?.[1] ??
      `${request.operation} ${request.path}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  #newLines(): string[] {
    const lines = (this.#rest + this.#newText()).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.filter((line) => line !== '');
  }

  #newText(): string {
    const file = openSync(this.#path, 'r');
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let text = '';
    try {
      for (let length = 1; length > 0; this.#position += length) {
        length = readSync(file, chunk, 0, CHUNK_BYTES, this.#position);
        text += this.#decoder.write(chunk.subarray(0, length));
      }
    } finally {
      closeSync(file);
    }
    return text;
  }
}
