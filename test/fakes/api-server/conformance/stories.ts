/** All conformance stories, in the order of their recording. */

import { DEFINITION_STORIES } from './definitions.stories.ts';
import { DELETION_STORIES } from './deletion.stories.ts';
import { EVENT_STORIES } from './events.stories.ts';
import { OBJECT_STORIES } from './objects.stories.ts';
import { PATCH_STORIES } from './patches.stories.ts';
import { RIGHTS_STORIES } from './rights.stories.ts';
import { SCHEMA_STORIES } from './schemas.stories.ts';
import { SECRET_STORIES } from './secrets.stories.ts';
import { STATUS_STORIES } from './status.stories.ts';
import type { Story } from './story.ts';
import { UPDATE_STORIES } from './updates.stories.ts';
import { WATCH_STORIES } from './watches.stories.ts';

export const STORIES: readonly Story[] = [
  ...OBJECT_STORIES,
  ...UPDATE_STORIES,
  ...PATCH_STORIES,
  ...STATUS_STORIES,
  ...SCHEMA_STORIES,
  ...SECRET_STORIES,
  ...DELETION_STORIES,
  ...EVENT_STORIES,
  ...RIGHTS_STORIES,
  ...WATCH_STORIES,
  ...DEFINITION_STORIES,
];
