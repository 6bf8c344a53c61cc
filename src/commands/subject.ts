/** KIND/NAME as people write it for kubectl: kind, singular, plural or a short form, in any case, with or without the group. */
import { GROUP } from '../api/group.ts';
import { KINDS } from '../api/kinds.ts';

export interface Subject {
  /** One of our kinds, or "Namespace". */
  readonly kind: string;
  readonly name: string;
}

const SHORT: Readonly<Record<string, string>> = {
  vss: 'VaultStaticSecret',
  vds: 'VaultDynamicSecret',
  vps: 'VaultPKISecret',
  namespace: 'Namespace',
  namespaces: 'Namespace',
  ns: 'Namespace',
};

const KIND_OF: ReadonlyMap<string, string> = new Map([
  ...Object.values(KINDS).flatMap(({ kind, plural }) =>
    [kind.toLowerCase(), plural].flatMap((word) => [
      [word, kind] as const,
      [`${word}.${GROUP}`, kind] as const,
    ]),
  ),
  ...Object.entries(SHORT),
]);

/** One word KIND/NAME or two. Undefined when it is neither. */
export function subjectOf(words: readonly string[]): Subject | undefined {
  const [kindWord = '', name = '', ...more] =
    words.length === 1 ? (words[0] ?? '').split('/') : words;
  const kind = KIND_OF.get(kindWord.toLowerCase());
  return kind === undefined || name === '' || name.includes('/') || more.length > 0
    ? undefined
    : { kind, name };
}
