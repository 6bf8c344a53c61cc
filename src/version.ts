/** What this is. The bundle has its commit and date put in; from the sources it is a development build. */
declare const BUILD:
  | { readonly version: string; readonly commit: string; readonly date: string }
  | undefined;

const build =
  typeof BUILD === 'undefined'
    ? { version: '0.1.0-dev', commit: 'unknown', date: 'unknown' }
    : BUILD;

export const VERSION = build.version;

/** Labels of VSO's vso_build_info, as far as they mean something here. */
export function buildInfo(): Readonly<Record<string, string>> {
  const [major = '', minor = ''] = build.version.split('.');
  return {
    major,
    minor,
    git_version: build.version,
    git_commit: build.commit,
    build_date: build.date,
  };
}
