// The recorded answers that the fake API server is held to are those of a real one.
import { startStack } from '../../hack/real/stack.ts';
import { conformance, WIDGETS_YAML } from '../fakes/api-server/conformance/conformance.ts';

conformance(async () => {
  const stack = await startStack({ manifests: [WIDGETS_YAML] });
  const { url, adminToken, caPem } = stack.apiServer;
  return { url, adminToken, ca: caPem, stop: () => stack.stop() };
});
