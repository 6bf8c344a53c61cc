/** Listening addresses as Go programs take them, because VSO's flags do. */

export interface Address {
  /** Absent means every interface. */
  readonly host?: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

const ADDRESS = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]/\s]*)):(\d{1,5})$/;
const LARGEST_PORT = 65_535;

/** ":8080", "127.0.0.1:8080", "[::1]:8080"; "0" and "" mean off, which is undefined. Throws a RangeError for anything else. */
export function parseAddress(text: string): Address | undefined {
  if (text === '0' || text === '') return undefined;
  const [, six, name, digits] = ADDRESS.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > LARGEST_PORT) throw new RangeError(MEANING);
  const host = six ?? name;
  return host ? { host, port } : { port };
}

const MEANING = 'a listening address is ":port", "host:port", "[IPv6]:port" or "0" for off';
