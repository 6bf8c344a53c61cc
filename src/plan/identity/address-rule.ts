/**
 * Which addresses may be called as a Vault: what an administrator listed, and never what leads into the pod, the node
 * or a cloud's metadata service unless that very network is listed. Judges names and resolved addresses alike;
 * resolves nothing.
 */
import { BlockList, isIP } from 'node:net';

/** An address taken apart by URL, so that every spelling of an IP address has become one. */
export interface Place {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
}

/** The port as a URL says it, "" for any. */
type Entry = { readonly protocol: string; readonly port: string } & (
  | { readonly kind: 'name'; readonly pattern: string }
  | { readonly kind: 'network'; readonly covers: (address: string) => boolean }
);

export class AddressRule {
  readonly #entries: readonly Entry[];

  /** Throws an Error with a sentence for whoever wrote the list. */
  constructor(list: readonly string[]) {
    this.#entries = list.filter((text) => text !== '').map(entryOf);
  }

  /**
   * What speaks against calling the place, as words that follow "spec.address"; undefined when nothing does. Without
   * `resolved` a name is judged as far as it can be before anybody resolves it.
   */
  flawOf(place: Place, resolved?: readonly string[]): string | undefined {
    const ofScheme = this.#entries.filter(({ protocol }) => protocol === place.protocol);
    if (ofScheme.length === 0 && place.protocol === 'http:') return 'is plain http';
    const entries = ofScheme.filter(({ port }) => port === '' || port === (place.port || DEFAULT));
    const host = bare(place.hostname);
    const isNamed = entries.some((entry) => entry.kind === 'name' && names(entry.pattern, host));
    const isCovered = (address: string): boolean =>
      entries.some((entry) => entry.kind === 'network' && entry.covers(address));
    const addresses = isIP(host) > 0 ? [host] : resolved;
    if (!addresses) return flawOfName(host, entries, isNamed);
    const stray = addresses.filter((address) => !isCovered(address));
    const special = stray.map(specialOf).find((word) => word !== undefined);
    if (special) return `leads to ${special}`;
    return isNamed || stray.length === 0 ? undefined : 'is not listed';
  }
}

function flawOfName(host: string, entries: readonly Entry[], isNamed: boolean): string | undefined {
  const isExact = entries.some((entry) => entry.kind === 'name' && entry.pattern === host);
  const isSpecial = SPECIAL_NAMES.test(host);
  if (isSpecial && !isExact)
    return 'is a name of this machine, the API server or a metadata service';
  // A listed network may yet turn out to hold it.
  const isOpen = entries.some(({ kind }) => kind === 'network');
  return isNamed || isOpen ? undefined : 'is not listed';
}

function entryOf(text: string): Entry {
  const [, scheme = 'https', rest = ''] = /^(?:(https?):\/\/)?(.*?)\/?$/su.exec(text) ?? [];
  const protocol = `${scheme}:`;
  const network = NETWORKS.map((form) => form.exec(rest)).find((match) => match !== null);
  const name = /^((?:\*\.)?[a-z0-9][-a-z0-9.]*|\*)(?::(\d+))?$/iu.exec(rest);
  if (network?.[1] && isIP(network[1]) > 0) {
    const [, base, bits, port] = network;
    return {
      kind: 'network',
      protocol,
      port: portOf(port, protocol),
      covers: within(base, bits, text),
    };
  }
  if (!name?.[1] || network) throw badEntry(text);
  return {
    kind: 'name',
    protocol,
    port: portOf(name[2], protocol),
    pattern: name[1].toLowerCase(),
  };
}

/** An IPv6 network can have a port in brackets only. */
const NETWORKS = [
  /^([\d.]+)(?:\/(\d+))?(?::(\d+))?$/u,
  /^\[([\da-f:.]+)\](?:\/(\d+))?(?::(\d+))?$/iu,
  /^([\da-f:.]*:[\da-f:.]*)(?:\/(\d+))?$/iu,
];

/** URL leaves the port of the scheme out. */
const DEFAULT = 'default';
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function portOf(port = '', protocol: string): string {
  return port === DEFAULT_PORTS[protocol] ? DEFAULT : port;
}

function within(
  base: string,
  bits: string | undefined,
  text: string,
): (address: string) => boolean {
  const isFour = isIP(base) === 4;
  const width = isFour ? 32 : 128;
  const prefix = bits === undefined ? width : Number(bits);
  if (prefix > width) throw badEntry(text);
  const list = new BlockList();
  list.addSubnet(base, prefix, isFour ? 'ipv4' : 'ipv6');
  return (address) => isIn(list, address);
}

function badEntry(text: string): Error {
  return new Error(
    `"${text}" is no address; write a host such as vault.example.com:8200 or *.example.com, a network such as 10.0.0.0/8, or *, each with http:// before it where plain http is meant`,
  );
}

function names(pattern: string, host: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

/** Without the brackets of IPv6 and the root's dot. */
function bare(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

/** In words, when an address leads where no Vault is unless somebody says so. */
function specialOf(address: string): string | undefined {
  return SPECIAL.find(({ networks }) => isIn(networks, address))?.word;
}

function isIn(networks: BlockList, address: string): boolean {
  const plain = address.split('%')[0] ?? '';
  const embedded = embeddedOf(plain);
  if (embedded && networks.check(embedded, 'ipv4')) return true;
  return networks.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

const NAT64 = new BlockList();
NAT64.addSubnet('64:ff9b::', 96, 'ipv6');

/** The IPv4 address behind a NAT64 one (RFC 6052), by which an IPv6 cluster reaches any IPv4 host. */
function embeddedOf(address: string): string | undefined {
  if (isIP(address) !== 6 || !NAT64.check(address, 'ipv6')) return undefined;
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':').slice(-2);
  const bytes = groups.flatMap((group) => {
    const value = Number.parseInt(group || '0', 16);
    return [value >> 8, value & 255];
  });
  return bytes.join('.');
}

function block(word: string, ...texts: readonly string[]) {
  const networks = new BlockList();
  for (const text of texts) {
    const [base = '', bits] = text.split('/');
    networks.addSubnet(base, Number(bits), base.includes(':') ? 'ipv6' : 'ipv4');
  }
  return { word, networks };
}

/** RFC 6890; the metadata addresses are those of AWS, Azure, Alibaba, Oracle and Google, where they are not link-local. */
const SPECIAL = [
  block('a loopback address', '127.0.0.0/8', '::1/128'),
  block('an unspecified address', '0.0.0.0/8', '::/128'),
  block('a link-local address', '169.254.0.0/16', 'fe80::/10'),
  block('a multicast or reserved address', '224.0.0.0/4', '240.0.0.0/4', 'ff00::/8'),
  block('a tunnelled address', '::/96', '2002::/16'),
  block(
    'a metadata service',
    '168.63.129.16/32',
    '100.100.100.200/32',
    '192.0.0.192/32',
    'fd00:ec2::254/128',
    'fd20:ce::254/128',
  ),
];

const SPECIAL_NAMES =
  /^(.*\.)?localhost$|^metadata(\.google\.internal|\.goog)?$|^instance-data(\..*)?$|^kubernetes(\.default(\.svc(\..*)?)?)?$/u;
