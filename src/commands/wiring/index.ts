export { litellmAccess } from './access.ts';
export { settledOrFailing } from './follow.ts';
export { LEASE_LABELS, type Leadership, OWNER_ANNOTATION, openLeadership } from './leadership.ts';
export { ownObjects } from './own-objects.ts';
export { readinessOf, unsettled } from './readiness.ts';
export { openReporting } from './reporting.ts';
export { rightsOf } from './rights.ts';
export { chooseSources, clusterId, logFor, openRooms, type Rooms, type Subject } from './rooms.ts';
