/** Which of an object's records count for what: those of this very object, those in use, and the one in place. */
import type { CredentialWorld, RecordFacts } from './world.ts';

/** The revision that is in place: recorded as current and carried by the Secret, edited or not. */
export function inPlace(world: CredentialWorld): RecordFacts | undefined {
  const carried = world.secret?.revision;
  return owned(world).find((record) => record.state === 'current' && record.revision === carried);
}

export function owned(world: CredentialWorld): readonly RecordFacts[] {
  return world.records.filter((record) => record.owner.uid === world.uid);
}

/** Whatever is recorded as current may be what pods hold, also when the object has moved on and nothing is in place. */
export function inUse(world: CredentialWorld): readonly RecordFacts[] {
  return owned(world).filter((record) => record.state === 'current');
}
