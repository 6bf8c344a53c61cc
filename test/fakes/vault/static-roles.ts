/**
 * Static roles of the database engine: the password of a lasting user, rotated by period or by schedule. Vault looks
 * for due rotations every five seconds, so that one comes some seconds late; with a schedule the TTL is that of the
 * next rotation from the first of those seconds on.
 */
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Call, Outcome, Route } from './call.ts';
import { type Schedule, scheduleOf } from './cron.ts';
import { durationOf, rfc3339, SECOND_MS, secondsOf } from './durations.ts';
import { badRequest, listed } from './envelope.ts';
import type { Expiry } from './expiry.ts';
import { type Fields, flagOf, textOf, textsOf } from './json.ts';
import { keysUnder } from './kv1.ts';
import type { LastingUsers } from './lasting-users.ts';
import type { Seeded } from './seeded.ts';

const TICK_MS = 5 * SECOND_MS;
/** The looks of a real one began when its engine was loaded, at no round instant. */
const FIRST_TICK_MS = 3_200;
/** After a rotation that failed. */
const RETRY_MS = 10 * SECOND_MS;
const SHORTEST_WINDOW_MS = 3_600 * SECOND_MS;
/** As Vault 1.21 prints it. */
const SHORT_WINDOW =
  'rotation_window is invalid%!(EXTRA string=error, *errors.errorString=rotation_window must be 3600 seconds or more)';

interface Role {
  readonly connection: string;
  readonly username: string;
  statements: readonly string[];
  periodMs: number;
  schedule: { readonly text: string; readonly next: Schedule['next'] } | undefined;
  windowMs: number;
  password: string;
  lastAt: number | undefined;
  nextAt: number;
}

export interface StaticRoleParts {
  readonly clock: Clock;
  readonly random: Seeded;
  readonly expiry: Expiry;
  readonly lasting: LastingUsers;
  /** Whether a role that leases has the name. */
  readonly isTaken: (name: string) => boolean;
  /** Throws what Vault says of a role of a connection that it may not use. */
  readonly assertAllowed: (connection: string, name: string) => void;
}

export function staticRoleRoutes(roles: StaticRoles): Route[] {
  return [
    { path: /^static-roles\/?$/, acts: { list: () => keysUnder(roles.names(), '') } },
    {
      path: /^static-roles\/([^/]+)$/,
      acts: {
        update: (call, name = '') => roles.write(name, call),
        read: (_call, name = '') => roles.describe(name),
        delete: (_call, name = '') => roles.delete(name),
      },
    },
    {
      path: /^static-creds\/([^/]+)$/,
      acts: { read: (_call, name = '') => roles.credential(name) },
    },
    {
      path: /^rotate-role\/([^/]+)$/,
      acts: { update: (_call, name = '') => roles.rotateNow(name) },
    },
  ];
}

export class StaticRoles {
  readonly #parts: StaticRoleParts;
  readonly #roles = new Map<string, Role>();

  constructor(parts: StaticRoleParts) {
    this.#parts = parts;
  }

  has(name: string): boolean {
    return this.#roles.has(name);
  }

  names(): string[] {
    return [...this.#roles.keys()];
  }

  write(name: string, { body }: Call): Outcome | undefined {
    if (this.#parts.isTaken(name)) throw badRequest('Role and Static Role names must be unique');
    const known = this.#roles.get(name);
    const role = known ?? newRole(body);
    if (textOf(body['username']) !== role.username)
      throw badRequest('cannot update static account username');
    setRotation(role, body, known === undefined);
    role.statements = textsOf(body['rotation_statements'] ?? role.statements);
    this.#roles.set(name, role);
    if (known || flagOf(body['skip_import_rotation'])) {
      role.nextAt = nextOf(role, role.lastAt ?? this.#parts.clock.now());
      this.#watch(role);
    } else this.#rotate(role);
    return undefined;
  }

  describe(name: string): Outcome | undefined {
    const role = this.#roles.get(name);
    if (!role) return undefined;
    return {
      data: {
        db_name: role.connection,
        username: role.username,
        credential_type: 'password',
        rotation_statements: role.statements,
        skip_import_rotation: false,
        ...rotationIn(role),
      },
    };
  }

  credential(name: string): Outcome {
    const role = this.#roles.get(name);
    if (!role) throw badRequest(`unknown role: ${name}`);
    this.#parts.assertAllowed(role.connection, name);
    const now = this.#parts.clock.now();
    const next = role.schedule ? role.schedule.next(now) : role.nextAt;
    const { username, password } = role;
    const ttl = Math.max(0, secondsOf(next - now));
    return { data: { username, password, ttl, ...rotationIn(role) } };
  }

  rotateNow(name: string): undefined {
    const role = this.#roles.get(name);
    if (!role) throw badRequest('no static role found for role name');
    if (this.#parts.lasting.isAway)
      throw listed(500, 'failed to update user: the database is away');
    this.#rotate(role);
  }

  delete(name: string): undefined {
    const role = this.#roles.get(name);
    if (role) this.#parts.expiry.clear(role);
    this.#roles.delete(name);
  }

  #rotate(role: Role): void {
    const { clock, random, lasting } = this.#parts;
    role.password = `A1a-${random.base62(16)}`;
    lasting.setPassword(role.username, role.password);
    role.lastAt = clock.now();
    role.nextAt = nextOf(role, role.lastAt);
    this.#watch(role);
  }

  #watch(role: Role, notBefore = role.nextAt): void {
    const tick = Math.ceil((notBefore - FIRST_TICK_MS) / TICK_MS) * TICK_MS + FIRST_TICK_MS;
    this.#parts.expiry.set(role, tick, () => this.#due(role));
  }

  /** Outside its window a rotation waits for the next one of the schedule. */
  #due(role: Role): void {
    const now = this.#parts.clock.now();
    if (role.windowMs > 0 && now >= role.nextAt + role.windowMs) {
      role.nextAt = nextOf(role, now);
      this.#watch(role);
    } else if (this.#parts.lasting.isAway) this.#watch(role, now + RETRY_MS);
    else this.#rotate(role);
  }
}

function newRole(body: Fields): Role {
  const [connection, username] = [textOf(body['db_name']), textOf(body['username'])];
  if (connection === '') throw badRequest('database name is a required field');
  if (username === '') throw badRequest('username is a required field to create a static account');
  return {
    connection,
    username,
    statements: [],
    periodMs: 0,
    schedule: undefined,
    windowMs: 0,
    password: textOf(body['password']),
    lastAt: undefined,
    nextAt: 0,
  };
}

/** A period and a schedule exclude each other. */
function setRotation(role: Role, body: Fields, isNew: boolean): void {
  const [hasPeriod, hasSchedule, hasWindow] = [
    'rotation_period' in body,
    'rotation_schedule' in body,
    'rotation_window' in body,
  ];
  if (hasPeriod && hasSchedule)
    throw badRequest(
      'mutually exclusive fields rotation_period and rotation_schedule were both specified; only one of them can be provided',
    );
  if (isNew && !hasPeriod && !hasSchedule)
    throw badRequest(
      'one of rotation_schedule or rotation_period must be provided to create a static account',
    );
  if (hasPeriod) setPeriod(role, body, hasWindow);
  if (hasSchedule) setSchedule(role, body, hasWindow);
}

function setPeriod(role: Role, body: Fields, hasWindow: boolean): void {
  role.periodMs = durationOf(body['rotation_period'], 'rotation_period');
  if (role.periodMs < TICK_MS) throw badRequest('rotation_period must be 5 seconds or more');
  if (hasWindow) throw badRequest('rotation_window is invalid with use of rotation_period');
  role.schedule = undefined;
  role.windowMs = 0;
}

function setSchedule(role: Role, body: Fields, hasWindow: boolean): void {
  const text = textOf(body['rotation_schedule']);
  role.schedule = { text, ...scheduleOf(text) };
  role.periodMs = 0;
  if (!hasWindow) return;
  role.windowMs = durationOf(body['rotation_window'], 'rotation_window');
  if (role.windowMs < SHORTEST_WINDOW_MS) throw badRequest(SHORT_WINDOW);
}

function nextOf({ schedule, periodMs }: Role, after: number): number {
  return schedule ? schedule.next(after) : after + periodMs;
}

function rotationIn({ lastAt, periodMs, schedule, windowMs }: Role): Fields {
  return {
    ...(lastAt !== undefined && { last_vault_rotation: rfc3339(lastAt) }),
    ...(schedule ? { rotation_schedule: schedule.text } : { rotation_period: secondsOf(periodMs) }),
    ...(windowMs > 0 && { rotation_window: secondsOf(windowMs) }),
  };
}
