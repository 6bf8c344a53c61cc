/**
 * `npm run bundle [-- --out FILE] [-- --commit SHA --date DATE]`: one file from the sources, dist/operator.mjs, which
 * needs Node 24 and nothing else. Beside it a source map (`node --enable-source-maps` reads it), the licences of what is
 * in it, and kubectl-vault_lease, which makes `kubectl vault_lease` of it when it is in the PATH. Commit and date are
 * git's unless given, as where there is no git.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeBundle, ROOT } from './bundle/make.ts';
import { stampOf } from './bundle/stamp.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(ROOT, 'dist', 'operator.mjs') },
    commit: { type: 'string' },
    date: { type: 'string' },
  },
});
const { out, ...told } = values;
const stamp = { ...stampOf(ROOT), ...told };
const { bytes, packages } = await makeBundle(out, stamp);

console.log(
  `${out}: ${(bytes / 1024 / 1024).toFixed(1)} MiB, version ${stamp.version}, ` +
    `commit ${stamp.commit}, ${packages.length} packages`,
);
