export { createEgress, type Egress, type Sent } from './egress.ts';
export { type EgressOptions, egressRules } from './egress-rules.ts';
