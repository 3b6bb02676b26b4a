/** One reason of the Events that are written about an object. */
export interface EventDescription {
  type: 'Normal' | 'Warning';
  meaning: string;
  /** The next step; a section of that name in `docs/troubleshooting.md` says more. */
  next: string;
}

/**
 * Every reason there is. Whoever writes an Event takes its reason from here, so that none is without its line in the reference
 * page, and {@link EventReason} keeps one that is not here from compiling.
 */
export const EVENTS = {
  Registered: {
    type: 'Normal',
    meaning: 'LiteLLM serves the model under this name; also after a row was lost and made again.',
    next: 'Nothing.',
  },
  Updated: {
    type: 'Normal',
    meaning: 'Settings of the row changed, field by field; also after an edit in LiteLLM was undone.',
    next: 'Nothing.',
  },
  Blocked: {
    type: 'Normal',
    meaning:
      'The object is down, and its `unready-policy` is Block: LiteLLM refuses calls for the model (403) until it is Ready again.',
    next: 'Look why it is down, in its status; it is let in again by itself.',
  },
  Withdrawn: {
    type: 'Normal',
    meaning: 'The model is gone from LiteLLM; the message says why.',
    next: 'Nothing, where that was meant.',
  },
  NameConflict: {
    type: 'Warning',
    meaning:
      'Somebody else has the public name: another namespace, another installation, or a model that was added by hand. What was registered before stays.',
    next: 'Choose another name with `model-name`, or remove or adopt theirs.',
  },
  InvalidAnnotation: {
    type: 'Warning',
    meaning:
      'An annotation is wrong; the message names it, its value and what is allowed. What was registered before stays.',
    next: 'Correct the annotation.',
  },
  NotAllowed: {
    type: 'Warning',
    meaning:
      'The administrator does not let the namespace have this public name, access group, parameter or credential. What was registered before stays, but for a credential.',
    next: 'Take it away, or ask the administrator to allow it.',
  },
  NotRoutable: {
    type: 'Warning',
    meaning:
      'The address, the path or the served name cannot be told for certain, or calls would be refused for want of a key.',
    next: 'Set what the message names: mostly `base-path`, `served-name` or `api-key-secret`.',
  },
  Rejected: {
    type: 'Warning',
    meaning: 'LiteLLM refused the row.',
    next: 'Correct what the message names; where it names nothing, LiteLLM’s log has it.',
  },
  SavedNotLive: {
    type: 'Warning',
    meaning: 'The row is in LiteLLM’s database, but LiteLLM does not serve it.',
    next: 'Look for the model in LiteLLM’s log.',
  },
  DeletesHeld: {
    type: 'Warning',
    meaning:
      'On the Deployment of the controller: so many objects are gone, and nobody saw them go, that their models are kept until somebody confirms it.',
    next: 'Look why they are gone; then confirm with the command in the message, or bring them back.',
  },
  RegistrationFailed: {
    type: 'Warning',
    meaning: 'A call to LiteLLM or to Kubernetes failed; it is tried again by itself, with growing waits.',
    next: 'Follow the message if it lasts.',
  },
} as const satisfies Record<string, EventDescription>;

/** What stands in the `reason` of an Event. */
export type EventReason = keyof typeof EVENTS;

/** A reason that stands until somebody changes something. */
export type WarningReason = {
  [Reason in EventReason]: (typeof EVENTS)[Reason]['type'] extends 'Warning' ? Reason : never;
}[EventReason];
