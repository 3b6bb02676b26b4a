import { OWNER } from './reference.ts';

/** Waiting times by which all comes to rest within a second. */
export const FAST = {
  'owner-id': OWNER,
  // What a controller finds gone when it starts is held back else, until somebody confirms it.
  'max-delete-share': '1',
  settle: '250ms',
  'resync-interval': '100ms',
  'name-cooldown': '200ms',
  'rollout-wait': '50ms',
  'backoff-min': '20ms',
  'backoff-max': '150ms',
  'litellm-timeout': '300ms',
} as const;
