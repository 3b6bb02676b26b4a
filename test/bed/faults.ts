interface Match {
  /** Default: any. */
  method?: string;
  /** The whole path with its query, or a pattern for it. Default: any. */
  path?: string | RegExp;
  /** A text that the body of the call holds. Default: any. */
  holding?: string;
  /** How many calls it is for. Default: all until it is lifted. */
  times?: number;
}

interface Answering {
  status: number;
  /** JSON, or the text as it stands. */
  body?: object | string;
  headers?: Record<string, string>;
}

/** What can go wrong with a call. */
export type Fault = Match &
  (
    | ({ kind: 'answer' } & Answering) // answered here, never sent on
    | ({ kind: 'answer-after' } & Answering) // sent on and carried out, then answered otherwise
    | { kind: 'hang' } // accepted, never sent on, never answered
    | { kind: 'endless'; begin: string; again: string } // never sent on; answered with 200 and a text that goes on until the caller has had enough
    | { kind: 'cut' } // the connection is cut, nothing sent on
    | { kind: 'cut-after' } // sent on and carried out, then the connection is cut
    | { kind: 'delay'; ms: number } // sent on later
  );

export interface FaultHandle {
  /** How many calls it was applied to. */
  applied(): number;
  lift(): void;
}

export interface Faults {
  add(fault: Fault): FaultHandle;
  /** The first fault that matches a call, its count used up by one. */
  take(method: string, path: string, body?: string): Fault | undefined;
  clear(): void;
}

interface Entry {
  fault: Fault;
  applied: number;
}

/** A list of faults, the oldest first. */
export function createFaults(): Faults {
  let entries: Entry[] = [];
  return {
    add: (fault) => {
      const entry = { fault, applied: 0 };
      entries.push(entry);
      return {
        applied: () => entry.applied,
        lift: () => {
          entries = entries.filter((each) => each !== entry);
        },
      };
    },
    take: (method, path, body = '') => {
      const entry = entries.find((each) => isFor(each, method, path, body));
      if (entry === undefined) return undefined;
      entry.applied += 1;
      return entry.fault;
    },
    clear: () => {
      entries = [];
    },
  };
}

function isFor(entry: Entry, method: string, path: string, body: string): boolean {
  const { fault } = entry;
  if (entry.applied >= (fault.times ?? Number.POSITIVE_INFINITY)) return false;
  if (fault.method !== undefined && fault.method !== method) return false;
  if (fault.holding !== undefined && !body.includes(fault.holding)) return false;
  if (fault.path === undefined) return true;
  // Without the query where the fault names none.
  const whole = typeof fault.path !== 'string' || fault.path.includes('?') ? path : path.replace(/\?.*$/, '');
  return typeof fault.path === 'string' ? whole === fault.path : fault.path.test(whole);
}
