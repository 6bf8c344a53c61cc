/**
 * `npm test`: the test files named by the arguments in one run, and afterwards what only a whole run can tell: that
 * the operator's roles grant what the scenarios used, nothing less and nothing more.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { differences } from '../test/rights/compare.ts';
import { grantedBy } from '../test/rights/granted.ts';
import { FOLDER_VARIABLE, usedIn } from '../test/rights/used.ts';
import { OPERATOR_NAMESPACE } from '../test/stage/fake-servers.ts';
import { rights, SERVICE_ACCOUNT } from '../test/stage/rights.ts';

const ROOT = join(import.meta.dirname, '..');
/** The scenarios, and what only the fakes can be made to do to the operator. */
const PLAYED = ['test/scenarios/*.test.ts', 'test/rights/seldom.test.ts'];
/** Every file is a process of its own: what one has compiled, types stripped, the next need not. */
const COMPILED = join(ROOT, 'node_modules', '.cache', 'compiled');
/** One more than there are cores, as some files wait: Node would run one less. */
const AT_ONCE = `--test-concurrency=${availableParallelism() + 1}`;
/** The longest that a test file may take. */
const FILE_TIMEOUT_MS = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'vlo-rights-'));
try {
  // What did not pass may have stopped half-way, and tells of itself.
  process.exitCode = (await ranTests()) ? verdict() : 1;
} finally {
  rmSync(folder, { recursive: true });
}

async function ranTests(): Promise<boolean> {
  const flags = ['--test', AT_ONCE, `--test-timeout=${FILE_TIMEOUT_MS}`, ...process.argv.slice(2)];
  const env = { ...process.env, [FOLDER_VARIABLE]: folder, NODE_COMPILE_CACHE: COMPILED };
  const child = spawn(process.execPath, flags, { cwd: ROOT, env, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code === 0;
}

function verdict(): number {
  const { files, used } = usedIn(folder);
  const all = globSync(PLAYED, { cwd: ROOT }).map((file) => basename(file));
  const absent = all.filter((file) => !files.has(file));
  if (absent.length > 0)
    return complain(
      'the rights in config/rbac were not compared with their use: these scenarios were not played, or not all of them',
      absent,
    );
  const account = { namespace: OPERATOR_NAMESPACE, name: SERVICE_ACCOUNT };
  const found = differences(grantedBy(rights(OPERATOR_NAMESPACE), account), used);
  if (found.length > 0)
    return complain('the rights in config/rbac are not those that the scenarios use', found);
  console.log(`✔ the rights in config/rbac are those that the scenarios use (${used.length})`);
  return 0;
}

function complain(sentence: string, lines: readonly string[]): number {
  console.error(`✖ ${sentence}:\n${lines.map((line) => `  ${line}\n`).join('')}`);
  return 1;
}
