import {
  allowsName,
  decideClaim,
  type Json,
  type LastHolder,
  NO_NAMESPACE,
  nameRefusal,
  publicNameProblem,
  REGISTER_KIND,
  type Registration,
  SHARE_PARAMS,
  type SourceRef,
  sourceKey,
  USUAL_RIGHTS,
  type Verdict,
} from '../registration/index.ts';
import type { StandingProblem, World } from './world.ts';

/** What became of the names that an object wants. */
export interface Claims {
  granted: Registration[];
  /** By public name: parameters that are not written while others have the name too. */
  withheld: Map<string, Record<string, Json>>;
  refused: string[];
  yielded: string[];
  problems: StandingProblem[];
  /** Milliseconds since 1970: when time alone may change a refusal; infinite where it may not. */
  dueAt: number;
}

/** The object that wants names. */
export interface Wanting {
  source: SourceRef;
  uid: string;
  /** Of its projection. */
  apartFrom?: string | undefined;
}

/** Judges each name for itself: `a,b` with `b` taken registers `a`. */
export function judgeNames(world: World, object: Wanting, registrations: Registration[]): Claims {
  const claims: Claims = {
    granted: [],
    withheld: new Map(),
    refused: [],
    yielded: [],
    problems: [],
    dueAt: Number.POSITIVE_INFINITY,
  };
  for (const registration of registrations) judgeName(world, object, registration, claims);
  return claims;
}

function judgeName(
  world: World,
  { source, uid, apartFrom }: Wanting,
  registration: Registration,
  claims: Claims,
): void {
  const { registry, names, owner, settleMs, now } = world;
  const rights = world.projection.rights ?? USUAL_RIGHTS;
  const { namespace } = source;
  const name = registration.publicName;
  const key = sourceKey(source);
  const adopted = new Set(world.adopting?.get(key)?.map(({ id }) => id));
  const unfit = publicNameProblem(name);
  if (unfit || (registry.hasId(name) && !adopted.has(name))) {
    const why = unfit ?? 'it is the id of a model, and ids can be called like names';
    claims.refused.push(name);
    claims.problems.push({
      reason: 'InvalidAnnotation',
      message: `"${name}" cannot be a public name: ${why}. Choose another ${chosenBy(source)}.`,
    });
    return;
  }
  if (!allowsName(rights.of(namespace), name)) {
    claims.refused.push(name);
    claims.problems.push({
      reason: 'NotAllowed',
      message: nameRefusal(name, namespace, rights.of(namespace)),
      rule: 'public-name',
    });
    return;
  }
  const permitted = (holder: LastHolder | undefined) =>
    holder && allowsName(rights.of(holder.namespace), name) ? holder : undefined;
  const state = {
    // What is taken over holds nothing against the one that takes it.
    rows: registry.underName(name).filter(({ id }) => !adopted.has(id)),
    patterns: registry.takingByPattern(name),
    // Who may not have a name keeps nobody from it.
    declarers: names.declarersOf(name).filter((one) => allowsName(rights.of(one.namespace), name)),
    lastHolder: permitted(names.lastHolderOf(name)),
  };
  const sharesWith = (other: string): boolean => rights.share(name, namespace, other);
  const isApartFrom = (other: string): boolean => apartFrom !== undefined && other.startsWith(apartFrom);
  const claimant = { owner, namespace, source: key, uid, sharesWith, isApartFrom };
  const verdict = decideClaim(name, claimant, state, { now: now(), settleMs });
  if (verdict.verdict === 'granted') {
    const own = rights.isShared(name, namespace) ? inShares(registration, claims) : registration;
    if (!verdict.beside) {
      claims.granted.push(own);
      return;
    }
    const { fair, withheld } = withoutShare(own);
    claims.granted.push(fair);
    const left = Object.keys(withheld);
    if (left.length > 0) claims.withheld.set(name, withheld);
    const held =
      left.length > 0 ? ` Until then ${left.join(' and ')} of litellm-params ${verb(left)} not written.` : '';
    claims.problems.push({
      reason: 'NameConflict',
      message: `${verdict.beside}: LiteLLM divides the calls for this name between them. Remove or rename one of the two.${held}`,
    });
    return;
  }
  claims.problems.push({
    reason: 'NameConflict',
    message: `${verdict.why}. ${remedyOf(verdict, source)}.`,
  });
  if (verdict.verdict === 'yield') claims.yielded.push(name);
  else {
    claims.refused.push(name);
    claims.dueAt = Math.min(claims.dueAt, verdict.until ?? Number.POSITIVE_INFINITY);
  }
}

/** A name that several namespaces hold: none of them says who gets the calls. */
function inShares(registration: Registration, claims: Claims): Registration {
  const { fair, withheld } = withoutShare(registration);
  const refused = Object.keys(withheld);
  if (refused.length > 0) {
    claims.problems.push({
      reason: 'NotAllowed',
      message: `"${registration.publicName}" is shared with other namespaces: ${refused.join(' and ')} of litellm-params ${verb(refused)} not written.`,
      rule: 'litellm-params',
    });
  }
  return fair;
}

/** Where a name is shared with others, a tenant does not say who gets the calls. */
function withoutShare(registration: Registration): { fair: Registration; withheld: Record<string, Json> } {
  const params = Object.entries(registration.params);
  const only = (some: typeof params) => Object.fromEntries(some);
  return {
    fair: { ...registration, params: only(params.filter(([key]) => !SHARE_PARAMS.includes(key))) },
    withheld: only(params.filter(([key]) => SHARE_PARAMS.includes(key))),
  };
}

function verb(things: readonly string[]): string {
  return things.length === 1 ? 'is' : 'are';
}

function remedyOf(verdict: Verdict, source: SourceRef): string {
  // Nothing declares the name of an address: `adopt` finds nobody to give it to.
  const isAddress = source.kind === REGISTER_KIND && source.namespace === NO_NAMESPACE;
  const remedy = 'remedy' in verdict && !isAddress ? verdict.remedy : undefined;
  return remedy ?? `Choose another name ${chosenBy(source)}`;
}

/** Where the name is said, for people. */
function chosenBy({ kind, namespace }: SourceRef): string {
  const hasEntry = namespace === NO_NAMESPACE && kind !== REGISTER_KIND;
  return hasEntry ? 'in its entry' : 'with model-registrar.io/model-name';
}
