/** How the sources become one file. The same sources, packages and stamp give the same bytes, on any machine. */
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { licencesOf } from './licences.ts';
import type { Stamp } from './stamp.ts';

export const ROOT = join(import.meta.dirname, '../..');

export interface Bundle {
  readonly bytes: number;
  /** Modules it asks for when it runs. */
  readonly imports: readonly string[];
  /** Folders under node_modules of which something is in it. */
  readonly packages: readonly string[];
}

/** CommonJS packages inside an ES module still ask for these. */
const BANNER = `import { createRequire as __createRequire } from 'node:module';
import { fileURLToPath as __fileURLToPath } from 'node:url';
const require = __createRequire(import.meta.url);
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __fileURLToPath(new URL('.', import.meta.url));`;

/** As kubectl finds a plug-in: `kubectl vault_lease` in every folder of PATH, also through a link. */
const PLUGIN = 'kubectl-vault_lease';

/** Writes FILE, FILE.map and FILE.licences.txt, and beside them the plug-in of kubectl. */
export async function makeBundle(file: string, stamp: Stamp): Promise<Bundle> {
  const { metafile } = await build({
    entryPoints: [join(ROOT, 'src', 'main.ts')],
    outfile: file,
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    sourcemap: 'linked',
    sourcesContent: false,
    // V8 keeps the source: without comments, and in one byte a character. Names and short lines are left for stacks.
    minifyWhitespace: true,
    lineLimit: 160,
    charset: 'ascii',
    legalComments: 'none',
    banner: { js: BANNER },
    define: { BUILD: JSON.stringify(stamp) },
    plugins: [ABSENT],
    metafile: true,
    logLevel: 'warning',
  });
  const packages = packagesIn(metafile);
  await writeFile(`${file}.licences.txt`, await licencesOf(ROOT, packages));
  await writeFile(join(dirname(file), PLUGIN), pluginFor(basename(file)), { mode: 0o755 });
  return { ...outputOf(metafile), packages };
}

/** Node takes it for a module by its syntax, and follows a link to where the bundle is. */
function pluginFor(bundle: string): string {
  return `#!/usr/bin/env node
import process from 'node:process';
process.argv.splice(2, 0, 'kubectl');
await import('./${bundle}');
`;
}

/**
 * Packages that others use when they happen to be installed (`ws`: faster masking; `debug`: colours). Left open, the
 * bundle would run whatever lies under that name in a node_modules folder above it.
 */
const ABSENT: Plugin = {
  name: 'absent',
  setup(made) {
    made.onResolve({ filter: /^(bufferutil|utf-8-validate|supports-color)$/ }, ({ path }) => ({
      path,
      namespace: 'absent',
    }));
    made.onLoad({ filter: /.*/, namespace: 'absent' }, ({ path }) => ({
      contents: `throw new Error('${path} is not part of this bundle')`,
    }));
  },
};

function outputOf({ outputs }: Metafile): Pick<Bundle, 'bytes' | 'imports'> {
  const output = Object.values(outputs).find(({ entryPoint }) => entryPoint !== undefined);
  if (!output) throw new Error('esbuild names no output');
  const imports = new Set(output.imports.map(({ path }) => path));
  return { bytes: output.bytes, imports: [...imports].toSorted() };
}

/** What tree shaking left nothing of does not count. */
function packagesIn({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const folders = inputs
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].toSorted();
}
