/**
 * Anything thrown, as far as it may be printed. Promises that no text of a foreign error leaves the process: such texts
 * quote what they were made from (a JSON parser quotes the body, an HTTP client carries token and headers).
 * Only a FaultError's message is shown, because faults are built from fixed texts.
 */

export interface Described {
  readonly name: string;
  /** System and library codes such as ECONNREFUSED. */
  readonly code?: string;
  /** Only of a FaultError. */
  readonly message?: string;
  /** Where it was thrown, without the message that a stack opens with. */
  readonly stack?: readonly string[];
  readonly cause?: Described;
}

const NAME = /^[A-Za-z]{1,40}$/;
const CODE = /^[A-Z][A-Z0-9_]{1,59}$/;
const FRAME = /^ {4}at [^\n]{1,300}:\d+:\d+\)?$/;
const MOST_FRAMES = 12;
const DEEPEST_CAUSE = 3;

export function describeThrown(thrown: unknown, depth = 0): Described {
  if (!(thrown instanceof Error)) return { name: typeof thrown };
  const message = isFaultError(thrown) ? thrown.message : undefined;
  const code = codeOf(thrown);
  return {
    name: NAME.test(thrown.name) ? thrown.name : 'Error',
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message }),
    stack: framesOf(thrown),
    ...(thrown.cause !== undefined &&
      depth < DEEPEST_CAUSE && { cause: describeThrown(thrown.cause, depth + 1) }),
  };
}

function isFaultError(error: Error): boolean {
  return error.name === 'FaultError' && 'fault' in error;
}

function codeOf(error: Error): string | undefined {
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && CODE.test(code) ? code : undefined;
}

/** A message may hold lines that look like frames: so where it cannot be told from them, no frame is shown. */
function framesOf(error: Error): readonly string[] {
  const stack = error.stack ?? '';
  const end = endOfHead(stack, error.message);
  const frames = end === undefined ? [] : stack.slice(end).split('\n');
  return frames.filter((line) => FRAME.test(line)).slice(0, MOST_FRAMES);
}

/** A stack opens with "name: message", or the name alone; the message may have been changed since. */
function endOfHead(stack: string, message: string): number | undefined {
  if (message === '') return 0;
  const start = stack.indexOf(': ') + ': '.length;
  return stack.startsWith(message, start) ? start + message.length : undefined;
}
