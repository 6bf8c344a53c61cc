/** What a person can do while everything stays up. */
import { NAMESPACE } from './preparation.ts';
import type { Site } from './site.ts';

export function guide({ paths, vault }: Site): string {
  const kubectl = `${paths.kubectl} -n ${NAMESPACE}`;
  return `
Everything stays up until Ctrl-C. In another terminal, look around:

  export KUBECONFIG=${paths.kubeconfig}
  ${kubectl} get vaultstaticsecrets,vaultdynamicsecrets,vaultpkisecrets,secrets,deployments
  ${kubectl} describe vaultdynamicsecret app-db
  ${kubectl} get events
  ${kubectl} get deployment web -o jsonpath='{.spec.template.metadata.annotations}'

Change the static secret in Vault; within ten seconds the Secret follows and the Deployment is restarted:

  curl --cacert ${paths.vaultCa} \\
    -H "X-Vault-Token: $(cat ${paths.vaultToken})" \\
    -d '{"data":{"greeting":"again"}}' ${vault.url}/v1/kv/data/demo/config
  ${kubectl} get secret app-config -o jsonpath='{.data.greeting}' | base64 -d

Look at the certificate, and ask for one with another name; the old one is revoked after a grace:

  ${kubectl} get secret web-tls -o jsonpath='{.data.tls\\.crt}' | base64 -d | openssl x509 -noout -text
  ${kubectl} patch vaultpkisecret web-tls --type merge -p '{"spec":{"commonName":"api.demo.svc"}}'

Delete the Secret of the credential; a new one is issued, and the old one given back:

  ${kubectl} delete secret app-db
`;
}
