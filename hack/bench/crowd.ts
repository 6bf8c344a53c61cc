/** Many of a kind at once: so many at a time as an operator would have under way too. */

const AT_ONCE = 100;

/** Runs `act` for 0 to count - 1. */
export async function many(count: number, act: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await act(next - 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, AT_ONCE) }, worker));
}
