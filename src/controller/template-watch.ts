import type { PodTemplate } from '../registration/index.ts';

/** What there is to see of an object beside what is wanted. */
export interface Sight {
  /** The object's resourceVersion. */
  version: string;
  template?: PodTemplate | undefined;
  /** See the projection's. */
  rollingOut: boolean;
}

/** Follows whether what objects say of their pods is at work in them already. */
export interface TemplateWatch {
  /** To be called at each look at an object, whether its rows are right or not. */
  look(key: string, sight: Sight): Carrying;
  forget(key: string): void;
}

/** How far the last change of what a template tells is. Times are in milliseconds of the clock that was given. */
export interface Carrying {
  /** Since when it waits for somebody to begin with it. */
  awaitedSince?: number | undefined;
  /** When it was seen to have been begun with. */
  begunAt?: number | undefined;
}

interface Known extends Carrying {
  template: PodTemplate;
  /** The object's resourceVersion at the last look. */
  object: string;
}

/**
 * A template that tells something else in the version in which it told what it did before is not yet at work: the next version is the sign that it is.
 * Where no template is known, as for an object that is frozen, what was known last stays.
 */
export function createTemplateWatch(now: () => number): TemplateWatch {
  const templates = new Map<string, Known>();

  const carrying = (last: Known, template: PodTemplate, { version, rollingOut }: Sight): Carrying => {
    if (template.version !== last.template.version) {
      return { begunAt: last.awaitedSince === undefined ? last.begunAt : now() };
    }
    // What the object refers to changed, and that is known later than the rollout that it led to.
    const isLate = rollingOut && version === last.object;
    const isNew = template.tells !== last.template.tells && !isLate;
    if (!isNew && last.awaitedSince === undefined) return { begunAt: last.begunAt };
    // While something else is rolled out, or KServe refuses what is asked for, nobody can begin.
    return { awaitedSince: isNew || rollingOut ? now() : last.awaitedSince };
  };

  return {
    look(key, sight) {
      const last = templates.get(key);
      const { template } = sight;
      if (!template) return last ?? {};
      const known = { template, object: sight.version, ...(last && carrying(last, template, sight)) };
      templates.set(key, known);
      return known;
    },
    forget: (key) => void templates.delete(key),
  };
}
