/**
 * What follows from a read of data that has no lease. The mark that everything is done is `status.secretMAC`, written
 * last: after a crash the restart is done again, with the same value, and so restarts nothing twice.
 */

export interface StaticWorld {
  /** VSO's MAC of the data that Vault holds. */
  readonly mac: string;
  /** status.secretMAC: the data that all targets were last given. Undefined before the first sync. */
  readonly doneMac: string | undefined;
  /** spec.hmacSecretData: without it no MAC is kept, so nothing can be said of a change, and nothing restarts. */
  readonly keepsMac: boolean;
}

export interface StaticPlan {
  readonly restart: boolean;
  /** The value of status.secretMAC afterwards; null removes it. */
  readonly secretMAC: string | null;
}

/** Nothing restarts on the first sync, nor when a Secret was edited and is repaired to what the pods already have. */
export function planStatic({ mac, doneMac, keepsMac }: StaticWorld): StaticPlan {
  if (!keepsMac) return { restart: false, secretMAC: null };
  return { restart: Boolean(doneMac) && doneMac !== mac, secretMAC: mac };
}
