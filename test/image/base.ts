/**
 * What the base image brings, as far as the operator needs it: Node under /nodejs, the C and C++ libraries that it is
 * linked with, and the folders that a container runtime mounts over. No shell and nothing else that could be run.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Of the user `nonroot` in distroless images. */
export const NONROOT = 65_532;
const NODE = '/nodejs/bin/node';
export const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const MOUNT_POINTS = ['/proc', '/dev', '/tmp', SERVICE_ACCOUNT];

export function layBase(tree: string, image: string): void {
  const wanted = /^gcr\.io\/distroless\/nodejs(\d+)-debian\d+:nonroot$/u.exec(image)?.[1];
  if (wanted !== process.versions.node.split('.')[0])
    throw new Error(`the base image ${image} is not a distroless Node ${process.versions.node}`);
  put(tree, process.execPath, NODE);
  for (const library of librariesOf(process.execPath)) put(tree, library, library);
  for (const folder of MOUNT_POINTS) mkdirSync(join(tree, folder), { recursive: true });
  mkdirSync(join(tree, 'etc'), { recursive: true });
  const users = `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${NONROOT}:${NONROOT}:nonroot:/home/nonroot:/sbin/nologin\n`;
  writeFileSync(join(tree, 'etc/passwd'), users);
  writeFileSync(join(tree, 'etc/hosts'), '127.0.0.1 localhost\n');
}

function librariesOf(program: string): string[] {
  const told = execFileSync('/usr/bin/ldd', [program], { encoding: 'utf8' });
  return [...told.matchAll(/(\/\S+) \(0x/gu)].map(([, path = '']) => path);
}

function put(tree: string, file: string, at: string): void {
  const target = join(tree, at);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(file, target);
}
