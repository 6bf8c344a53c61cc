/** Static roles of the database: what is refused, what a read says, and rotations by period and by hand. */
import type { Conversations } from './exchange.ts';

/** A user that is there before the conversations begin. */
export const LASTING_USER = 'lasting';

const ROLE = { db_name: 'postgres', username: LASTING_USER };

export const STATIC_ROLES: Conversations = {
  'static roles': [
    { ask: 'GET database/static-creds/none' },
    { ask: 'GET database/static-roles/none' },
    { ask: 'POST database/rotate-role/none' },
    { ask: 'POST database/static-roles/still', body: {} },
    { ask: 'POST database/static-roles/still', body: { db_name: 'postgres' } },
    { ask: 'POST database/static-roles/still', body: ROLE },
    { ask: 'POST database/static-roles/still', body: { ...ROLE, rotation_period: 4 } },
    {
      ask: 'POST database/static-roles/still',
      body: { ...ROLE, rotation_period: 60, rotation_schedule: '* * * * *' },
    },
    {
      ask: 'POST database/static-roles/still',
      body: { ...ROLE, rotation_period: 60, rotation_window: 3600 },
    },
    { ask: 'POST database/static-roles/still', body: { ...ROLE, rotation_schedule: '* * *' } },
    {
      ask: 'POST database/static-roles/still',
      body: { ...ROLE, rotation_schedule: '* * * * *', rotation_window: 60 },
    },
    { ask: 'POST database/static-roles/still', body: { ...ROLE, rotation_period: '1h' } },
    { ask: 'GET database/static-creds/still' },
    { ask: 'GET database/static-roles/still' },
    { ask: 'GET database/static-roles?list=true' },
    { ask: 'POST database/roles/still', body: { db_name: 'postgres' } },
    { ask: 'POST database/rotate-role/still' },
    { ask: 'GET database/static-creds/still' },
    { ask: 'POST database/static-creds/still', body: {} },
    { ask: 'POST database/static-roles/still', body: { rotation_period: '2h' } },
    { ask: 'POST database/static-roles/still', body: { ...ROLE, rotation_period: '2h' } },
    { ask: 'GET database/static-creds/still' },
    {
      ask: 'POST database/static-roles/still',
      body: { ...ROLE, rotation_schedule: '0 0 1 1 *', rotation_window: 3600 },
    },
    { ask: 'GET database/static-roles/still' },
    { ask: 'DELETE database/static-roles/still' },
    { ask: 'GET database/static-creds/still' },
    { ask: 'POST database/static-roles/moving', body: { ...ROLE, rotation_period: 8 } },
    { ask: 'GET database/static-creds/moving' },
    // Due by now, and done at the latest five seconds later.
    { ask: 'GET database/static-creds/moving', afterMs: 14_000, statusOnly: true },
    { ask: 'DELETE database/static-roles/moving' },
  ],
};
