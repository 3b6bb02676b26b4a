import { type Projection, readOptions } from '../../registration/index.ts';
import {
  declaredNames,
  ignored,
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
import { addressOf, hostProblem } from './address.ts';
import { slicesOf } from './endpoints.ts';
import type { Service } from './schema.ts';

/**
 * What a Service means now: a model server that somebody put there by hand or by Helm. Pure, and never throws.
 *
 * Only what is annotated is a model, whatever the selection. A Service whose addresses a tenant may choose is none: by it he would choose
 * the host that LiteLLM calls.
 */
export function projectService(object: Service, settings: ProjectionSettings, related: RelatedObjects): Projection {
  if (!isAnnotated(object)) return NOT_ANNOTATED;
  // KServe copies annotations to the Services that it makes.
  if (object.madeBy) return ignored(`${object.madeBy} makes it, which is a model of its own`);
  const { options, problems } = readOptions(object.annotations, 'service', settings.rights?.of(object.namespace));
  if (options.enabled === false) return OPTED_OUT;
  const served = options.servedName ?? object.name;
  const names = declaredNames(object, options, served);
  if (object.deleting) return { state: 'withdraw', names, why: 'it is being deleted' };

  problems.push(...object.malformed.map(malformedAnnotation), ...nameProblems(served, options));
  const elsewhere = hostProblem(object);
  // LiteLLM would go on calling its name, which leads elsewhere by now.
  if (elsewhere) return { state: 'invalid', names, problems: [elsewhere, ...problems], unsafe: true };
  const slices = slicesOf(related, object);
  const address = addressOf(object, options.port, slices === 'unknown' ? [] : slices, settings.address);
  if (typeof address === 'object') return { state: 'invalid', names, problems: [address, ...problems] };
  const [first, ...rest] = problems;
  if (first) return { state: 'invalid', names, problems: [first, ...rest] };

  const hold = (why: string, down = false) => ({ state: 'hold' as const, names, why, ...unreadyOf(options, down) });
  if (!address) return hold('its load balancer has no address yet');
  if (slices === 'unknown') return hold('its EndpointSlices cannot be read');
  // A Service has a slice, if an empty one: without any, they are just not known.
  if (!slices.some(({ ready }) => ready)) return hold('none of its endpoints is ready', slices.length > 0);
  return {
    state: 'serve',
    names,
    registrations: registrationsOf(
      names.map((publicName) => ({ publicName, servedName: served })),
      `${address}${options.basePath ?? '/v1'}`,
      options,
    ),
    ...secretOf(object, options),
    rollingOut: false,
    warnings: [],
  };
}
