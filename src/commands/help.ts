/** The texts of --help. `program` is how the person called it: "operator" or "kubectl vault_lease". */
import type { CommandName } from './invocation.ts';

const SUMMARIES: Readonly<Record<CommandName, string>> = {
  explain: 'what an object waits for, who it is at Vault, what is wrong and what comes next',
  sync: 'look at Vault now; with --rotate have a new credential',
  pause: 'leave an object or a namespace alone, while leases are kept alive',
  resume: 'go on with what was paused',
};

const SUBJECT = `KIND/NAME is an object of secrets.hashicorp.com, such as vaultstaticsecret/app; vss, vds and vps are short for
vaultstaticsecret, vaultdynamicsecret and vaultpkisecret.`;

const COMMON = `  -n, --namespace NAME     namespace of the object; that of the kubeconfig's context without it
      --kubeconfig FILE    in place of KUBECONFIG and ~/.kube/config
      --context NAME       context of the kubeconfig
  -h, --help               this text`;

const DETAILS: Readonly<Record<CommandName, (program: string) => string>> = {
  explain: (program) => `Usage: ${program} explain KIND/NAME [flags]

Tells, with your own rights and without any value of a Secret, how an object is and why. What you may not see is said.
${SUBJECT} All seven kinds can be explained.

  -o, --output FORMAT      text (default) or json
      --ask-vault          log in to Vault as the object's service account (needs "create" on serviceaccounts/token),
                           ask what its policies allow, and give the token back
      --vault-address URL  reach that Vault here, such as at a forwarded port; its certificate is checked as before
      --operator-namespace NAME
                           where the operator runs [vault-secrets-operator-system] (OPERATOR_NAMESPACE)
${COMMON}`,
  sync: (program) => `Usage: ${program} sync KIND/NAME [--rotate] [flags]

Asks the operator to look at Vault now, by the annotation vault-lease-operator/sync: a static secret is read again, a
lease is renewed. With --rotate, by vault-lease-operator/rotate, a leased secret gets a new credential; what has no
lease is read again. One object is looked at at most every 30 seconds. Nothing restarts while the data is equal.
${SUBJECT}

      --rotate             a new credential
${COMMON}`,
  pause: (program) => `Usage: ${program} pause KIND/NAME [flags]
       ${program} pause namespace/NAME [flags]

Sets the annotation vault-lease-operator/paused to "true". Until it is taken away nothing is read, written, issued or
restarted. Leases are renewed, and what was being given back still is.
${SUBJECT}

${COMMON}`,
  resume: (program) => `Usage: ${program} resume KIND/NAME [flags]
       ${program} resume namespace/NAME [flags]

Takes the annotation vault-lease-operator/paused away.
${SUBJECT}

${COMMON}`,
};

export function helpOf(program: string, command?: CommandName): string {
  if (command) return DETAILS[command](program);
  const lines = Object.entries(SUMMARIES).map(([name, text]) => `  ${name.padEnd(9)}${text}`);
  return [
    `Usage: ${program} COMMAND KIND/NAME [flags]`,
    '',
    ...lines,
    '',
    `${program} COMMAND --help tells more.`,
  ].join('\n');
}
