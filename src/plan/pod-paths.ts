/** Which files of the operator's own pod an object may not name. Judges a path as text, and looks at no file. */

/** Where the operator's own credentials are, and what is no file at all. */
const OWN = /^\/(proc|sys|dev|(var\/)?run\/secrets\/kubernetes\.io)(\/|$)/u;

export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') && !path.split('/').includes('..') && !path.includes('\0');
}

/** Of an absolute path without "..". */
export function isOperatorsOwn(path: string): boolean {
  const plain = path.split('/').filter((part) => part !== '' && part !== '.');
  return OWN.test(`/${plain.join('/')}`);
}
