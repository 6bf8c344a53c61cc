/**
 * A question that is put to a fake and to a real Vault alike. Both are set up with a kv-v1 mount `kv1`, a kv-v2 mount
 * `kv`, a database mount `database` with a connection `postgres`, and kubernetes logins. The answers of a real Vault
 * lie in answers.txt.
 */
export interface Exchange {
  /** Whose token: one kept earlier, `nobody`, or anything else as it is written. The administrator's unless given. */
  readonly as?: string;
  /**
   * Method and path. `<name.lease>`, `<name.token>`, `<name.accessor>`, `<name.serial>`, `<name.ciphertext>`, `<name.id>` (of a role, a secret
   * id) stand for what was kept under the name.
   */
  readonly ask: string;
  /**
   * May hold the same, and `<jwt:NAMESPACE/SERVICE ACCOUNT/AUDIENCE>`, the audience being left out for the API server's own;
   * `<signed:SUBJECT/AUDIENCE>` and `<issuer>` for a token of somebody else and the key that it is verified with.
   */
  readonly body?: unknown;
  /** Sent as a header. */
  readonly namespace?: string;
  /** Remembers token, accessor, lease or serial number of the answer. */
  readonly keep?: string;
  /** How long to wait before asking. */
  readonly afterMs?: number;
  /** Compares nothing else, where a real server tells much about itself. */
  readonly statusOnly?: true;
}

/** By name; the exchanges of one follow each other and share what they keep. */
export type Conversations = Readonly<Record<string, readonly Exchange[]>>;
