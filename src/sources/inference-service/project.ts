import {
  ANNOTATION_PREFIX,
  type Options,
  type Problem,
  type Projection,
  readOptions,
} from '../../registration/index.ts';
import {
  declaredNames,
  ignored,
  isAnnotated,
  malformedAnnotation,
  NOT_ANNOTATED,
  nameProblems,
  notRoutable,
  OPTED_OUT,
  registrationsOf,
  secretOf,
  unreadyOf,
} from '../object/index.ts';
import type { ProjectionSettings, RelatedObjects } from '../source.ts';
import { runtimeAbsence, runtimeProblem } from './absent-runtime.ts';
import { readAddress, readBasePath, readExternalAddress } from './address.ts';
import { doubtOf } from './doubt.ts';
import type { Predictor } from './predictor.ts';
import { isDown, noRuntimeYet, rollingOut, templateOf, unreadyReason } from './readiness.ts';
import type { InferenceService } from './schema.ts';
import { predictiveReason, unsuitedReason } from './suitability.ts';
import { warningsOf } from './warnings.ts';
import { withRuntime } from './with-runtime.ts';

/**
 * What an InferenceService means now. Pure, and never throws.
 *
 * Ready is KServe's own word, and a False one is only ever a reason to wait, since pods may serve all the same (measured on KServe
 * v0.20.0). Going away, by deletion or by KServe's stop annotation, is read from the metadata: the status still says Ready then.
 */
export function projectInferenceService(
  object: InferenceService,
  settings: ProjectionSettings,
  related: RelatedObjects,
): Projection {
  const annotated = isAnnotated(object);
  if (!annotated && settings.selection === 'annotated') return NOT_ANNOTATED;
  const { options, problems } = readOptions(
    object.annotations,
    'inference-service',
    settings.rights?.of(object.namespace),
  );
  if (options.enabled === false) return OPTED_OUT;
  const resolved = withRuntime(object, related);
  const { predictor } = resolved;
  const unsuited = annotated ? undefined : unsuitedReason(object, predictor);
  const served = servedNameOf(object, predictor, options, resolved.absent !== undefined);
  const names = unsuited === undefined ? declaredNames(object, options, served) : [];
  if (object.deleting) return { state: 'withdraw', names, why: 'it is being deleted' };
  if (object.marks.stopped) return { state: 'withdraw', names, why: 'serving.kserve.io/stop is "true"' };
  const noRuntime = noRuntimeYet(predictor);
  if (!annotated && noRuntime) return { state: 'hold', names, why: noRuntime };
  if (unsuited !== undefined) {
    // What the runtime would tell must not be taken for what is not so.
    const told = predictor.unsuited !== undefined || (predictor.server !== undefined && predictor.server !== 'other');
    const absence = told ? undefined : runtimeAbsence(resolved);
    return absence ? { state: 'hold', names, why: absence } : ignored(unsuited);
  }
  if (object.deploymentMode === 'ModelMesh') {
    const why = 'ModelMesh serves it, which has no OpenAI API';
    return annotated ? { state: 'invalid', names, problems: [notRoutable(`${why}.`)] } : ignored(why);
  }

  const basePath = readBasePath(predictor, options.basePath);
  const address = settings.address === 'external' ? readExternalAddress(object) : readAddress(object.address);
  problems.push(...object.malformed.map(malformedAnnotation));
  if (served !== undefined) problems.push(...nameProblems(served, options));
  const needsPath = basePath.problem !== undefined && predictor.unsuited === undefined;
  const needed = runtimeProblem(resolved, { servedName: served === undefined, basePath: needsPath });
  if (needed) problems.push(needed);
  const undecided = basePath.problem && object.conditions.Ready?.status !== 'True' ? noRuntime : undefined;
  if (basePath.problem && !undecided && !(needed && needsPath)) {
    problems.push(notRoutable(`${basePath.problem}; set ${ANNOTATION_PREFIX}base-path to the path of its OpenAI API.`));
  }
  problems.push(...predictiveProblems(object, predictor, options));
  if (address?.problem) problems.push(notRoutable(`${address.problem}.`));
  const [first, ...rest] = problems;
  if (first) return { state: 'invalid', names, problems: [first, ...rest] };

  const unready = undecided ?? unreadyReason(object);
  if (unready) return { state: 'hold', names, why: unready, ...unreadyOf(options, isDown(object)) };
  if (!address || served === undefined) {
    const why = 'it is not routable yet: KServe reports no address';
    return { state: 'hold', names, why, ...unreadyOf(options, false) };
  }
  const doubt = doubtOf(object, resolved, options);
  const template = doubt ? undefined : templateOf(object, predictor);
  return {
    state: 'serve',
    names,
    registrations: registrationsOf(
      names.map((publicName) => ({ publicName, servedName: served })),
      `${address.text}${basePath.text}`,
      options,
      predictor.arguments,
    ),
    ...(doubt && { doubt }),
    ...secretOf(object, options),
    // A Standard service of no replicas is Ready before any pod; Knative holds calls until there is one.
    ...(object.deploymentMode === 'Knative' || object.copies > 0
      ? {}
      : { waitingFor: 'no copy of the model serves yet' }),
    rollingOut: rollingOut(object, options),
    ...(template && { template }),
    warnings: warningsOf(object, predictor, options, served),
  };
}

/** Undefined where only a runtime that cannot be asked tells it. */
function servedNameOf(
  object: InferenceService,
  predictor: Predictor,
  options: Options,
  absent: boolean,
): string | undefined {
  return options.servedName ?? predictor.arguments.servedNames[0] ?? (absent ? undefined : object.name);
}

/** A classifier is registered where its owner says how it is called. */
function predictiveProblems(object: InferenceService, predictor: Predictor, options: Options): Problem[] {
  if (options.mode !== undefined || options.basePath !== undefined) return [];
  const why = predictiveReason(object, predictor);
  if (why === undefined) return [];
  return [notRoutable(`${why}; set ${ANNOTATION_PREFIX}mode if it serves one all the same.`)];
}
