/**
 * A static role as a part of the story: its sample applied, its password rotated in Vault, the Secret follows, and a
 * Deployment of its own is restarted once.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { conditionOf, textsOf } from '../../test/stage/kube-admin.ts';
import { deployment } from '../../test/stage/tenant.ts';
import { NAMESPACE } from './preparation.ts';
import type { Site } from './site.ts';
import type { Sighting, Step } from './story.ts';

const SAMPLE = join(
  import.meta.dirname,
  '../../config/samples/more/vault-dynamic-secret-static-role.yaml',
);
const NAME = 'app-report';
/** As the sample says. */
const [ROLE, USER, WORKLOAD] = ['demo-report', 'report', 'report'];

export function staticRole(site: Site): readonly Step[] {
  const story = new StaticRole(site);
  return [story.synced(), story.rotated()];
}

class StaticRole {
  readonly #site: Site;
  #first = '';

  constructor(site: Site) {
    this.#site = site;
  }

  synced(): Step {
    return {
      title: 'the sample of a static role is applied',
      act: () => this.#apply(),
      look: async () => {
        const { username = '', password = '' } = await this.#credential();
        if (password === '') return { yet: await this.#complaint() };
        this.#first = password;
        return this.#whoLogsIn(username, password, 0, 'nothing was restarted');
      },
    };
  }

  rotated(): Step {
    return {
      title: 'its password is rotated in Vault',
      act: () => this.#site.vault.call('POST', `database/rotate-role/${ROLE}`),
      look: async () => {
        const { username = '', password = '' } = await this.#credential();
        if (password === this.#first) return { yet: `Secret ${NAME} holds the old password` };
        return this.#whoLogsIn(username, password, 1, `Deployment ${WORKLOAD} restarted once`);
      },
    };
  }

  async #apply(): Promise<void> {
    const { vault, kube } = this.#site;
    await this.#site.createDatabaseUser(USER);
    await vault.call('POST', `database/static-roles/${ROLE}`, {
      db_name: 'postgres',
      username: USER,
      rotation_period: '24h',
    });
    await kube.apply(deployment(NAMESPACE, WORKLOAD));
    await kube.apply(parse(readFileSync(SAMPLE, 'utf8')));
  }

  async #whoLogsIn(
    username: string,
    password: string,
    restarts: number,
    sentence: string,
  ): Promise<Sighting> {
    const workload = await this.#site.kube.get('deployments', NAMESPACE, WORKLOAD);
    const seen = (workload?.metadata.generation ?? 1) - 1;
    if (seen !== restarts) return { yet: `Deployment ${WORKLOAD} was restarted ${seen} times` };
    if (!(await this.#site.canLogIn(username, password)))
      return { yet: `user ${username} cannot log in with what Secret ${NAME} holds` };
    return {
      done: `Secret ${NAME} holds the password of user ${username}, who can log in with it; ${sentence}`,
    };
  }

  async #credential(): Promise<Record<string, string>> {
    return textsOf(await this.#site.kube.get('secrets', NAMESPACE, NAME));
  }

  async #complaint(): Promise<string> {
    const object = await this.#site.kube.get('vaultdynamicsecrets', NAMESPACE, NAME);
    return conditionOf(object, 'Ready')?.message ?? 'it has no condition yet';
  }
}
