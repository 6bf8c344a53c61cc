/** Runs steps one after the other and says how each went. Knows nothing of what they check. */

export interface Step {
  readonly name: string;
  /** What is wrong, for a person to read; undefined when all is well. */
  readonly run: () => Promise<string | undefined>;
}

const NAME_WIDTH = 16;

/** False as soon as a step complains; what comes after it is not run. */
export async function runSteps(
  steps: readonly Step[],
  print: (text: string) => void,
): Promise<boolean> {
  for (const step of steps) {
    print(step.name.padEnd(NAME_WIDTH));
    const startedAt = performance.now();
    const complaint = await step.run();
    const seconds = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
    print(complaint === undefined ? `ok      ${seconds}\n` : `FAILED  ${seconds}\n`);
    if (complaint !== undefined) {
      print(`\n${complaint}\n\n${step.name} failed\n`);
      return false;
    }
  }
  print('\nall passed\n');
  return true;
}
