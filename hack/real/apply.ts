/** Applies manifests by server-side apply, whatever their kinds. Knows no kind but CustomResourceDefinition and List. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';

import type { HttpsClient } from './https-client.ts';

const FIELD_MANAGER = 'real-stack';
const POLL_MS = 50;
const SERVED_WITHIN_MS = 20_000;

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid?: string };
  readonly items?: readonly Manifest[];
}

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/**
 * Applies in the order given; a kind that is not served yet is waited for, and a
 * CustomResourceDefinition until its kind is served. Resolves to the objects as the server has them.
 */
export async function apply(client: HttpsClient, yaml: string): Promise<Manifest[]> {
  const applied: Manifest[] = [];
  for (const manifest of manifestsIn(yaml)) {
    const path = await pathOf(client, manifest);
    const query = `?fieldManager=${FIELD_MANAGER}&force=true`;
    applied.push(
      await client.request<Manifest>('PATCH', path + query, {
        body: manifest,
        contentType: 'application/apply-patch+yaml',
      }),
    );
    if (manifest.kind === 'CustomResourceDefinition') await untilServed(client, path);
  }
  return applied;
}

/** The YAML text of a file, or of a folder's files in order of their names, without those of kustomize. */
export function readManifests(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8');
  return readdirSync(path)
    .filter((name) => name.endsWith('.yaml') && !name.startsWith('kustomiz'))
    .sort()
    .map((name) => readFileSync(join(path, name), 'utf8'))
    .join('\n---\n');
}

function manifestsIn(yaml: string): Manifest[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    const error = document.errors[0];
    if (error) throw error;
    const manifest: Manifest | null = document.toJS();
    if (!manifest) return [];
    return manifest.kind.endsWith('List') && manifest.items ? manifest.items : [manifest];
  });
}

async function pathOf(client: HttpsClient, manifest: Manifest): Promise<string> {
  const { apiVersion, kind, metadata } = manifest;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const resource = await until(`${apiVersion} ${kind} to be served`, async () => {
    const { body } = await client.send<{ resources?: Resource[] }>('GET', root);
    return body.resources?.find((known) => known.kind === kind && !known.name.includes('/'));
  });
  const scope = resource.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
  return `${root}${scope}/${resource.name}/${encodeURIComponent(metadata.name)}`;
}

/** Established is said a moment before every request is served, so the kind's own list must answer too. */
async function untilServed(client: HttpsClient, definitionPath: string): Promise<void> {
  interface Definition {
    spec: {
      group: string;
      names: { plural: string };
      versions: { name: string; served: boolean }[];
    };
  }
  const { spec } = await client.request<Definition>('GET', definitionPath);
  for (const version of spec.versions.filter(({ served }) => served)) {
    const list = `/apis/${spec.group}/${version.name}/${spec.names.plural}`;
    await until(`${list} to be served`, async () => {
      const { status } = await client.send('GET', `${list}?limit=1`);
      return status === 200 || undefined;
    });
  }
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + SERVED_WITHIN_MS;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await pause(POLL_MS);
  }
}
