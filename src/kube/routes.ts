/** The resources that are spoken to by name. */
import type { Route } from './api-call.ts';

export const SECRETS: Route = { group: '', version: 'v1', plural: 'secrets' };
export const NAMESPACES: Route = { group: '', version: 'v1', plural: 'namespaces' };
export const LEASES: Route = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' };
