/**
 * A container without a container engine: the tree as root of the file system, read-only, as the image's user, with
 * the environment that it is given and nothing else. Needs root, as mounting does. The network is the machine's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { SERVICE_ACCOUNT } from './base.ts';
import type { Image } from './tree.ts';

export interface Pod {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folder with token, ca.crt and namespace, as a kubelet mounts it. */
  readonly serviceAccount: string;
}

/** Every step before the last runs as root in a mount namespace of its own; the last replaces it, so signals arrive. */
const SCRIPT = `
tree=$1 account=$2 user=$3; shift 3
mount --bind "$tree" "$tree"
mount -t proc proc "$tree/proc"
mount --bind /dev "$tree/dev"
mount --bind "$account" "$tree${SERVICE_ACCOUNT}"
mount -o remount,ro,bind "$tree${SERVICE_ACCOUNT}"
mount -o remount,ro,bind "$tree"
exec env -i "$@"
`;

export function startContainer(image: Image, pod: Pod): ChildProcess {
  if (process.getuid?.() !== 0)
    throw new Error('mounting a file tree needs root: run this as root');
  const { tree, user, entrypoint } = image;
  const variables = Object.entries(pod.env).map(([name, value]) => `${name}=${value}`);
  const [uid = '', gid = ''] = user.split(':');
  const enter = ['/usr/sbin/chroot', `--userspec=${uid}:${gid}`, `--groups=${gid}`, tree];
  const restricted = ['/usr/bin/setpriv', '--no-new-privs', ...enter];
  const command = [...variables, ...restricted, ...entrypoint, ...pod.args];
  const shell = ['/bin/sh', '-euc', SCRIPT, 'sh', tree, pod.serviceAccount, user, ...command];
  return spawn('/usr/bin/unshare', ['--mount', ...shell], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    cwd: join(tree, '/'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
