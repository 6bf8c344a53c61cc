/**
 * `npm run verify [-- --without STEP]...`: what a change has to pass. One line per step; the first that fails shows
 * what it said and ends the run with exit code 1.
 */
import { parseArgs } from 'node:util';
import { runSteps } from './verify/run.ts';
import { STEPS } from './verify/steps.ts';
import { openTree } from './verify/tree.ts';

const { values } = parseArgs({
  options: { without: { type: 'string', multiple: true, default: [] } },
});
const names = STEPS.map(({ name }) => name);
const unknown = values.without.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`there is no step "${unknown}"; the steps are ${names.join(', ')}`);
  process.exit(2);
}

await using tree = await openTree(process.cwd());
const passed = await runSteps(
  [
    ...STEPS.filter(({ name }) => !values.without.includes(name)),
    { name: 'tree as before', run: () => tree.changes() },
  ],
  (text) => process.stdout.write(text),
);
process.exitCode = passed ? 0 : 1;
