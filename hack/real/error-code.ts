/** The system's word for what went wrong (`ENOENT`, `EEXIST`, ...), or undefined. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
