/**
 * Lines out of a byte stream. Promises that a character split between two chunks arrives whole, and that a line
 * longer than the limit is an error and never a growing buffer.
 */
const NEWLINE = 0x0a;

export class LineTooLong extends Error {}

export class LineSplitter {
  readonly #maxBytes: number;
  #started: Buffer[] = [];
  #startedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that `chunk` completes, without their newlines and without empty ones. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines.filter((line) => line !== '');
  }

  #keep(part: Buffer): void {
    this.#startedBytes += part.length;
    if (this.#startedBytes > this.#maxBytes) throw new LineTooLong('line exceeds the limit');
    if (part.length > 0) this.#started.push(part);
  }

  #take(): string {
    const [first, ...rest] = this.#started;
    this.#started = [];
    this.#startedBytes = 0;
    if (first === undefined) return '';
    return (rest.length === 0 ? first : Buffer.concat([first, ...rest])).toString('utf8');
  }
}
