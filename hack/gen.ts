/**
 * Writes everything that follows from the schemas: config/crd and docs/api.md. With --check it writes nothing, names
 * the stale files and exits with 1.
 */
import { parseArgs } from 'node:util';
import { generatedFiles } from './gen/files.ts';
import { staleFiles, writeFiles } from './gen/tree.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const stale = await staleFiles(await generatedFiles());

if (!values.check) await writeFiles(stale);
for (const { path, content } of stale) {
  const act = content === undefined ? 'removed' : 'written';
  console.log(values.check ? `stale: ${path} (run: npm run generate)` : `${act}: ${path}`);
}
if (values.check && stale.length > 0) process.exitCode = 1;
