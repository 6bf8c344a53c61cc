/**
 * The API group that we share with VSO, and what makes a schema a kind of it. Plural, singular and list kind follow
 * from the kind as they do for every kind of the group.
 */
import type { ObjectSchema } from './schema.ts';

export const GROUP = 'secrets.hashicorp.com';
export const VERSION = 'v1beta1';
export const API_VERSION = `${GROUP}/${VERSION}` as const;

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly jsonPath: string;
  readonly description: string;
}

export interface KindDefinition<
  Kind extends string = string,
  Spec extends ObjectSchema = ObjectSchema,
  Status extends ObjectSchema = ObjectSchema,
> {
  readonly kind: Kind;
  readonly plural: string;
  readonly singular: string;
  readonly listKind: string;
  /** What `kubectl explain KIND` prints first. */
  readonly description: string;
  /** False: objects are accepted and stored, but nothing acts on them in this version. */
  readonly actedOn: boolean;
  readonly columns: readonly PrinterColumn[];
  readonly spec: Spec;
  readonly status: Status;
}

type Written<Kind extends string, Spec extends ObjectSchema, Status extends ObjectSchema> = Omit<
  KindDefinition<Kind, Spec, Status>,
  'plural' | 'singular' | 'listKind'
>;

export function defineKind<
  const Kind extends string,
  const Spec extends ObjectSchema,
  const Status extends ObjectSchema,
>(written: Written<Kind, Spec, Status>): KindDefinition<Kind, Spec, Status> {
  const singular = written.kind.toLowerCase();
  return { ...written, singular, plural: `${singular}s`, listKind: `${written.kind}List` };
}
