/** Users of the database that someone made there for good; Vault only sets their passwords. */
export class LastingUsers {
  readonly #passwords = new Map<string, string>();
  /** The database does not answer Vault, so that no rotation succeeds. */
  isAway = false;

  create(username: string): void {
    this.#passwords.set(username, '');
  }

  setPassword(username: string, password: string): void {
    this.#passwords.set(username, password);
  }

  accepts(username: string, password: string): boolean {
    return password !== '' && this.#passwords.get(username) === password;
  }
}
