/**
 * What a field may look like. A `Schema` admits only what a structural CRD schema of Kubernetes allows, so an illegal
 * CRD does not compile; the same value is compiled for validation (validate.ts), printed as a CRD (crd.ts) and read by
 * the compiler as a type (`Infer`). It knows nothing of any kind.
 */

/** Words of our own: they become sentences of the description (crd.ts) and never reach the CRD. */
export interface OwnWords {
  /** No behaviour in this version. `true`: whatever sets the field is refused; a list: these values are. */
  readonly 'x-not-yet'?: true | readonly string[];
  /** Text only. The CRD admits "" as VSO's does, the operator does not. */
  readonly 'x-not-empty'?: true;
  /** Text only. A duration in the sense of duration.ts, whose bounds a pattern cannot say. */
  readonly 'x-duration'?: true;
}

interface Words extends OwnWords {
  /** What `kubectl explain` prints: meaning, unit, default, what happens when wrong. */
  readonly description?: string;
}

export interface StringSchema extends Words {
  readonly type: 'string';
  readonly default?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: 'date-time';
}

export interface IntegerSchema extends Words {
  readonly type: 'integer';
  readonly format?: 'int32' | 'int64';
  readonly default?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface BooleanSchema extends Words {
  readonly type: 'boolean';
  readonly default?: boolean;
}

export interface ArraySchema extends Words {
  readonly type: 'array';
  readonly items: Schema;
}

/** Keys of the user's choice; every value of one shape. */
export interface MapSchema extends Words {
  readonly type: 'object';
  readonly additionalProperties: Schema;
  readonly properties?: never;
}

/** Fields of ours. Others are pruned by the API server, as they are with VSO. */
export interface ObjectSchema extends Words {
  readonly type: 'object';
  readonly properties: Fields;
  readonly required?: readonly string[];
  readonly additionalProperties?: never;
}

/** Nothing is reachable by users without a description. */
export type Field = Schema & { readonly description: string };
export type Fields = Readonly<Record<string, Field>>;

export type Schema =
  | StringSchema
  | IntegerSchema
  | BooleanSchema
  | ArraySchema
  | MapSchema
  | ObjectSchema;

/** The type of a value after defaulting: a field is present when it is required or has a default. */
export type Infer<S> = S extends { readonly enum: readonly (infer Literal)[] }
  ? Literal
  : S extends { readonly type: 'string' }
    ? string
    : S extends { readonly type: 'integer' }
      ? number
      : S extends { readonly type: 'boolean' }
        ? boolean
        : S extends { readonly items: infer Item }
          ? readonly Infer<Item>[]
          : S extends { readonly additionalProperties: infer Value }
            ? Readonly<Record<string, Infer<Value>>>
            : S extends { readonly properties: infer Properties }
              ? InferObject<Properties, RequiredOf<S>>
              : never;

type RequiredOf<S> = S extends { readonly required: readonly (infer Name)[] } ? Name : never;

type Present<Properties, Required> = {
  [Name in keyof Properties]: Name extends Required
    ? Name
    : Properties[Name] extends { readonly default: unknown }
      ? Name
      : never;
}[keyof Properties];

type InferObject<Properties, Required> = Flat<
  {
    readonly [Name in Present<Properties, Required>]: Infer<Properties[Name]>;
  } & {
    readonly [Name in Exclude<keyof Properties, Present<Properties, Required>>]?: Infer<
      Properties[Name]
    >;
  }
>;

/** Shows an intersection as one object in editors and compiler messages. */
type Flat<T> = { [Name in keyof T]: T[Name] };
