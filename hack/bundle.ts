/**
 * One file from the sources: dist/operator.mjs, which needs Node 24 and nothing else. The same sources give the same
 * bytes. `--out FILE` writes elsewhere.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
/** CommonJS packages inside an ES module still ask for these. */
const BANNER = `import { createRequire as __createRequire } from 'node:module';
import { fileURLToPath as __fileURLToPath } from 'node:url';
const require = __createRequire(import.meta.url);
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __fileURLToPath(new URL('.', import.meta.url));`;

const { values } = parseArgs({
  options: { out: { type: 'string', default: join(ROOT, 'dist', 'operator.mjs') } },
});

await build({
  entryPoints: [join(ROOT, 'src', 'main.ts')],
  outfile: values.out,
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'eof',
  banner: { js: BANNER },
  define: { BUILD: JSON.stringify(buildOf()) },
  logLevel: 'warning',
});

/** Commit and its date, so that a bundle is the same whenever it is made; unknown outside a checkout. */
function buildOf() {
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  return {
    version,
    commit: git('rev-parse', 'HEAD'),
    date: git('show', '-s', '--format=%cI', 'HEAD'),
  };
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
