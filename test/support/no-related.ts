import type { RelatedObjects } from '../../src/sources/index.ts';

/** Where nothing of related kinds can be read. */
export const NO_RELATED: RelatedObjects = { find: () => 'unknown', of: () => 'unknown' };
