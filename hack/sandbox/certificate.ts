/** The certificate's part of the main job: issued, kept through a crash, replaced before it ends, the old one revoked. */
import { X509Certificate } from 'node:crypto';
import { textsOf } from '../../test/stage/kube-admin.ts';
import { Demo } from './demo.ts';
import { NAMESPACE } from './preparation.ts';
import type { Site } from './site.ts';
import type { Step } from './story.ts';

interface Seen {
  readonly serial: string;
  readonly certificate: X509Certificate;
}

export class CertificateSteps {
  readonly #site: Site;
  readonly #demo: Demo;
  #first: Seen | undefined;

  constructor(site: Site) {
    this.#site = site;
    this.#demo = new Demo(site);
  }

  issued(): Step {
    return {
      title: 'a certificate is issued',
      look: async () => {
        this.#first = await this.#seen();
        if (!this.#first) return { yet: await this.#demo.complaint('vaultpkisecrets') };
        const { serial, certificate } = this.#first;
        return {
          done: `Secret web-tls holds certificate ${short(serial)} for ${certificate.subjectAltName}, valid until ${timeOf(certificate)}`,
        };
      },
    };
  }

  /** Whoever serves it reads the file anew, so nothing is restarted. */
  replaced(): Step {
    return {
      title: 'the certificate is replaced before it ends, and the old one is revoked',
      look: async () => {
        const [first, now] = [this.#first, await this.#seen()];
        if (!first || !now || now.serial === first.serial)
          return { yet: `Secret web-tls holds certificate ${short(now?.serial ?? '')}` };
        const { data } = await this.#site.vault.call('GET', `pki/cert/${first.serial}`);
        if (data.revocation_time === 0) return { yet: `${short(first.serial)} is not revoked` };
        return {
          done: `Secret web-tls holds certificate ${short(now.serial)}, valid until ${timeOf(now.certificate)}; ${short(first.serial)} was valid until ${timeOf(first.certificate)} and is revoked`,
        };
      },
    };
  }

  async #seen(): Promise<Seen | undefined> {
    const texts = textsOf(await this.#site.kube.get('secrets', NAMESPACE, 'web-tls'));
    const { serial_number: serial, 'tls.crt': chain } = texts;
    if (!serial || !chain) return undefined;
    return { serial, certificate: new X509Certificate(chain) };
  }
}

/** The first of the chain, which is the leaf. */
function timeOf({ validToDate }: X509Certificate): string {
  return `${validToDate.toISOString().slice(11, 19)} UTC`;
}

/** The end is enough to tell it from others. */
function short(serial: string): string {
  return `…${serial.slice(-8)}`;
}
