/** What must not be in a picture that is published: values of Secrets, credentials by their looks, where it was made. */

/** Below this length a value is found by chance. */
const SHORTEST = 6;

const LOOKS: readonly RegExp[] = [
  /\bhv[sbr]\.\w/u,
  /-----BEGIN/u,
  /\beyJ[\w-]{10}/u,
  /\bv-kubernet/u,
  /\b\d{1,3}(?:\.\d{1,3}){3}\b/u,
  /(?:^|[\s"'>(])(?:\/[\w.-]+){2}/u,
];

/** The picture, or an error that does not repeat what it found. `secrets`: texts. */
export function innocent(svg: string, secrets: readonly string[]): string {
  const words = wordsOf(svg);
  if (secrets.some((each) => each.length >= SHORTEST && words.includes(each)))
    throw new Error('the picture would hold a value of a Secret; it is not written');
  const look = LOOKS.find((each) => each.test(words));
  if (look) throw new Error(`the picture would hold what looks like ${look}; it is not written`);
  return svg;
}

/** What people read, without markup. */
function wordsOf(svg: string): string {
  return [...svg.matchAll(/>([^<]+)</gu)].map(([, words]) => words).join('\n');
}
