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

/** In Node since 22, not yet in TypeScript's library. `source` is the text that a number was read from. */
declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): RawJson;
    isRawJSON(value: unknown): boolean;
  }
}
