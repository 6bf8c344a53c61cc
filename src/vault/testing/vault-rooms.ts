/** The adapters over one scripted Vault, with a prover and notes that a test can look into. */

import { VirtualClock } from '../../../test/fakes/clock.ts';
import type { TokenAccess, VaultEndpoint, VaultIdentity } from '../../api/vault-exchange.ts';
import { seal } from '../../runtime/sealed.ts';
import { proverFrom } from '../login.ts';
import { LoginBook } from '../login-book.ts';
import { OwnTokens } from '../own-tokens.ts';
import { Sessions } from '../sessions.ts';
import { door } from './door.ts';

export interface Rooms {
  readonly clock: VirtualClock;
  readonly book: LoginBook;
  readonly tokens: OwnTokens;
  readonly sessions: Sessions;
  /** For each time a token was asked for: whether one was at hand. */
  readonly atHand: boolean[];
}

export function rooms(more: { readonly most?: number } = {}): Rooms {
  const clock = new VirtualClock();
  const book = new LoginBook();
  const atHand: boolean[] = [];
  const context = {
    http: door(clock),
    clock,
    book,
    prover: proverFrom({
      requestToken: async () => seal('jwt-canary'),
      valueOf: async () => seal('source-canary'),
    }),
  };
  const tokens = new OwnTokens(context);
  const onToken = (at: boolean): void => void atHand.push(at);
  const sessions = new Sessions({ ...context, ...more, onToken });
  return { clock, book, tokens, sessions, atHand };
}

export function identityAt(
  endpoint: VaultEndpoint,
  more: Partial<VaultIdentity> = {},
): VaultIdentity {
  return {
    key: 'key-1',
    authName: 'ns/auth',
    connectionName: 'ns/connection',
    endpoint,
    mount: 'kubernetes',
    namespace: '',
    loginHeaders: {},
    login: {
      method: 'kubernetes',
      role: 'app',
      serviceAccount: { namespace: 'ns', name: 'app' },
      audiences: [],
      expirationSeconds: 600,
    },
    ...more,
  };
}

export function accessAt(endpoint: VaultEndpoint): TokenAccess {
  return { endpoint, namespace: '', token: seal('hvs.own') };
}

/** Lets what is under way over the loopback go on, until `there` holds. */
export async function until(there: () => boolean): Promise<void> {
  while (!there()) await new Promise((next) => setImmediate(next));
}
