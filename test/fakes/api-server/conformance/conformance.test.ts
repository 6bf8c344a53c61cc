import { readFileSync } from 'node:fs';
import { VirtualClock } from '../../clock.ts';
import { selfSigned } from '../self-signed.ts';
import { startApiServer } from '../server.ts';
import { conformance, WIDGETS_YAML } from './conformance.ts';

conformance(async () => {
  const tls = selfSigned();
  const manifests = [readFileSync(WIDGETS_YAML, 'utf8')];
  const server = await startApiServer({ clock: new VirtualClock(), tls, manifests });
  return {
    url: server.url,
    adminToken: server.adminToken,
    ca: tls.cert,
    stop: () => server.stop(),
  };
});
