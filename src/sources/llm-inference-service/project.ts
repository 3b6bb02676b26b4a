import { type Projection, readOptions, visible } from '../../registration/index.ts';
import {
  isAnnotated,
  malformedAnnotation,
  NOT_ANNOTATED,
  nameProblems,
  OPTED_OUT,
  registrationsOf,
  secretOf,
  unreadyOf,
} from '../object/index.ts';
import type { ProjectionSettings, RelatedObjects } from '../source.ts';
import { routeOf } from './address.ts';
import { modelsOf } from './models.ts';
import { isRollingOut } from './rollout.ts';
import type { LlmInferenceService } from './schema.ts';

/**
 * What an LLMInferenceService means now. Pure, and never throws.
 *
 * As with InferenceServices, not Ready is only ever a reason to wait: Ready is False for a moment at conflicts of writes, and while a second
 * replica comes up beside one that serves (measured on KServe v0.20.0).
 */
export function projectLlmInferenceService(
  object: LlmInferenceService,
  settings: ProjectionSettings,
  related: RelatedObjects,
): Projection {
  if (!isAnnotated(object) && settings.selection === 'annotated') return NOT_ANNOTATED;
  const { options, problems } = readOptions(
    object.annotations,
    'llm-inference-service',
    settings.rights?.of(object.namespace),
  );
  if (options.enabled === false) return OPTED_OUT;
  const route = routeOf(object, settings.address);
  const ids = route && 'models' in route ? route.models : undefined;
  const { served, names, models, problems: warnings } = modelsOf(object, options, ids);
  if (object.deleting) return { state: 'withdraw', names, why: 'it is being deleted' };
  if (object.stopped) return { state: 'withdraw', names, why: 'serving.kserve.io/stop is "true"' };

  problems.push(...object.malformed.map(malformedAnnotation), ...nameProblems(served, options));
  if (route && 'reason' in route) problems.push(route);
  const [first, ...rest] = problems;
  if (first) return { state: 'invalid', names, problems: [first, ...rest] };

  const unready = unreadyReason(object);
  if (unready) return { state: 'hold', names, why: unready, ...unreadyOf(options, isDown(object)) };
  if (!route || !('base' in route)) {
    const why = 'it is not routable yet: KServe reports no address';
    return { state: 'hold', names, why, ...unreadyOf(options, false) };
  }
  return {
    state: 'serve',
    names,
    registrations: registrationsOf(models, `${route.base}${options.basePath ?? '/v1'}`, options, object.arguments),
    ...secretOf(object, options),
    // Of no replicas it is Ready as well.
    ...(object.workload?.readyReplicas === 0 ? { waitingFor: 'no copy of the model serves yet' } : {}),
    rollingOut: isRollingOut(object, related),
    warnings,
  };
}

/** Not Ready alone does not tell: a second replica may be coming up beside one that serves. */
function isDown({ ready, workload }: LlmInferenceService): boolean {
  return ready !== undefined && ready.status !== 'True' && workload?.readyReplicas === 0;
}

function unreadyReason({ ready }: LlmInferenceService): string | undefined {
  if (!ready) return 'KServe has not said yet whether it is Ready';
  if (ready.status === 'True') return undefined;
  return visible([`Ready is ${ready.status}`, ready.reason, ready.message].filter(Boolean).join(': '));
}
