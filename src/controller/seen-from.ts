import type { Registry } from '../litellm/index.ts';
import {
  type Assignment,
  type Audience,
  assignLiteLlm,
  type Problem,
  type Projection,
  type SourceRef,
  type StampedRecord,
} from '../registration/index.ts';
import { litellmChoice, type Source, type SourceObject } from '../sources/index.ts';
import { addDefaults, type RowDefaults } from './row-defaults.ts';
import type { SourceView } from './source-view.ts';

/** One of the LiteLLMs of an installation, as the others see it. */
export interface Fellow extends Audience, RowDefaults {
  registry: Pick<Registry, 'recordsOf'>;
  /** When it showed its list last, in milliseconds since 1970. */
  listedAt: () => number;
  /** Whether what is known of its rows is what it said last: it answers. */
  inTouch: () => boolean;
}

export interface SeenFromOptions {
  here: Fellow;
  /** All of them, the default one first. */
  all: readonly Fellow[];
  settleMs: number;
  /** Milliseconds since 1970. */
  now: () => number;
}

/**
 * A source as one of several LiteLLMs sees it: what belongs to another is not its own. Rows of it that stand here are kept until that
 * other one serves the object, and for as long as the replicas of that one take to know it; then they go. Nothing has to be remembered for
 * that: each look reads it from the rows of both.
 */
export function seenFrom(view: SourceView, options: SeenFromOptions): SourceView {
  const { here, all } = options;
  const { source } = view;

  const project: Source['project'] = (object, settings, related) => {
    const ref = { kind: source.kind, namespace: object.namespace, name: object.name };
    const assignment = assignmentOf(object, all);
    const home = homeOf(ref, assignment, all);
    if (home !== here) {
      const rows = here.registry.recordsOf(ref);
      if (rows.length === 0) return notHere(home);
      const projection = source.project(object, settings, related);
      return 'problem' in assignment ? kept(projection) : leaving(projection, { ref, object, rows, home }, options);
    }
    const projection = source.project(object, settings, related);
    return 'problem' in assignment ? refused(projection, assignment.problem) : addDefaults(projection, here);
  };

  return {
    source: {
      ...source,
      isMeant: (object) => {
        if (source.isMeant && !source.isMeant(object)) return false;
        const ref = { kind: source.kind, namespace: object.namespace, name: object.name };
        return homeOf(ref, assignmentOf(object, all), all) === here;
      },
      project,
    },
    cacheFor: (place) => view.cacheFor(place),
    get caches() {
      return view.caches;
    },
  };
}

/** The LiteLLM that an object of a source belongs to; undefined where it may go to none. */
export function litellmFor(object: SourceObject, all: readonly Fellow[]): Fellow | undefined {
  return assignedTo(assignmentOf(object, all), all);
}

function assignedTo(assignment: Assignment, all: readonly Fellow[]): Fellow | undefined {
  return 'litellm' in assignment ? all.find(({ name }) => name === assignment.litellm) : undefined;
}

function assignmentOf(object: SourceObject, all: readonly Fellow[]): Assignment {
  return assignLiteLlm(all, object.namespace, litellmChoice(object));
}

/** Who tells of an object. One that may not go where it wants stays where it stands; what stands nowhere is the default one's. */
function homeOf(ref: SourceRef, assignment: Assignment, all: readonly Fellow[]): Fellow | undefined {
  if ('litellm' in assignment) return assignedTo(assignment, all);
  return all.find(({ registry }) => registry.recordsOf(ref).length > 0) ?? all[0];
}

function notHere(home: Fellow | undefined): Projection {
  return { state: 'ignore', names: [], elsewhere: true, why: `it belongs to LiteLLM ${home?.name}` };
}

/** Where it may not go: what stands stays, and it is said why. */
function refused(projection: Projection, problem: Problem): Projection {
  if (projection.state === 'ignore' || projection.state === 'withdraw') return projection;
  const { names } = projection;
  if (projection.state !== 'invalid') return { state: 'invalid', names, problems: [problem] };
  return { ...projection, problems: [problem, ...projection.problems] };
}

function kept(projection: Projection): Projection {
  if (projection.state === 'ignore' || projection.state === 'withdraw') return { ...projection, elsewhere: true };
  return { state: 'hold', names: [], elsewhere: true, why: 'it names a LiteLLM that is not for it' };
}

interface Leaving {
  ref: SourceRef;
  object: SourceObject;
  /** Those here. */
  rows: readonly StampedRecord[];
  home: Fellow | undefined;
}

/** An object whose rows stand here and that belongs to another: made there before it is taken out here. */
function leaving(projection: Projection, moving: Leaving, { settleMs, now }: SeenFromOptions): Projection {
  const { ref, object, rows, home } = moving;
  const to = `LiteLLM ${home?.name}`;
  const stays = (why: string, more: { dueAt?: number } = {}): Projection => {
    // What its owner wants of an object that is down holds meanwhile.
    const unready = projection.state === 'hold' ? projection.unready : undefined;
    return { state: 'hold', names: [], elsewhere: true, why, ...(unready && { unready }), ...more };
  };
  switch (projection.state) {
    case 'ignore':
    case 'withdraw':
      return { ...projection, elsewhere: true };
    case 'invalid':
      if (projection.unsafe) {
        const why = projection.problems[0].message.replace(/\.$/, '');
        return { state: 'withdraw', names: [], elsewhere: true, why };
      }
      return stays(`it moves to ${to}, where it cannot be registered as it is`);
    case 'hold':
      return stays(`it moves to ${to}, which gets it when it serves: ${projection.why}`);
    case 'serve':
  }
  // What was under way when it was made anew serves under its former row.
  const waits = (why: string, more: { dueAt?: number } = {}): Projection => {
    return { state: 'hold', names: [], elsewhere: true, keepsFormer: true, why, ...more };
  };
  if (!home?.inTouch()) return waits(`it moves to ${to}, which does not answer`);
  const there = home.registry.recordsOf(ref).filter(({ stamp }) => stamp.uid === object.uid);
  // The very same row, down to the moment in which it was made: were it taken out here, it would be gone there too.
  if (there.some((one) => rows.some(({ id, stamp }) => id === one.id && stamp.created === one.stamp.created)))
    return waits(`${to} and this one have the same rows: one of the two must go from the section litellms`);
  const serving = there.filter(({ live, blocked }) => live && !blocked);
  const wanted = new Set(projection.registrations.map(({ publicName }) => publicName));
  const missing = [...wanted].filter((name) => !serving.some(({ publicName }) => publicName === name));
  if (wanted.size === 0 || missing.length > 0)
    return waits(`it moves to ${to}, which does not serve ${missing.join(', ')} yet`);
  const dueAt = settleMs + Math.max(...serving.map(({ stamp }) => Date.parse(stamp.created)));
  if (dueAt > now()) return waits(`it moves to ${to}, of which not every replica may know it yet`, { dueAt });
  if (home.listedAt() < dueAt) return waits(`it moves to ${to}, whose list is not read yet`);
  // The old pods answer to the old name, under the old path.
  if ((projection.rollingOut || projection.doubt) && leadsElsewhere(rows, serving))
    return waits(`it moves to ${to} when its rollout is through`);
  return { state: 'withdraw', names: [], elsewhere: true, why: `it has moved to ${to}` };
}

/** Whether a name leads to another served name or path there than here. */
function leadsElsewhere(here: readonly StampedRecord[], there: readonly StampedRecord[]): boolean {
  return here.some((one) =>
    there.some(
      ({ publicName, params }) =>
        publicName === one.publicName && (params.model !== one.params.model || params.api_base !== one.params.api_base),
    ),
  );
}
