/**
 * JSON as it came from Vault. Numbers keep their source text (JSON.rawJSON), because parsing them changes
 * integers above 2^53 and turns 1.0 into 1; objects have no prototype, so no key can reach one.
 */

/** The frozen object that JSON.rawJSON makes: printed by JSON.stringify exactly as it was read. */
export interface RawJson {
  readonly rawJSON: string;
}

export type Json = string | boolean | null | RawJson | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
