/** The documents of config/samples, as text and as parsed objects. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './tree.ts';

export interface Sample {
  /** From the root of the repository. */
  readonly path: string;
  /** One YAML document with its comments. */
  readonly text: string;
  readonly object: SampleObject;
}

export interface SampleObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
}

/** In the order of a reader: the coherent set first, then the single ones. */
const FOLDERS = ['config/samples', 'config/samples/more'];

export async function readSamples(): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for (const folder of FOLDERS) {
    const names = (await readdir(join(ROOT, folder))).filter(isManifest).toSorted();
    for (const name of names) samples.push(...(await documentsOf(`${folder}/${name}`)));
  }
  return samples;
}

function isManifest(name: string): boolean {
  return name.endsWith('.yaml') && name !== 'kustomization.yaml';
}

async function documentsOf(path: string): Promise<readonly Sample[]> {
  const texts = (await readFile(join(ROOT, path), 'utf8')).split(/^---\n/m);
  return texts.map((text) => {
    const object: SampleObject = parse(text);
    return { path, text, object };
  });
}
