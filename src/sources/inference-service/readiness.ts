import { type Options, type PodTemplate, visible } from '../../registration/index.ts';
import { readBasePath } from './address.ts';
import type { Predictor } from './predictor.ts';
import type { Condition, ConditionType, InferenceService } from './schema.ts';

/**
 * Said while a model's server cannot be told because KServe names no runtime: it has chosen none yet, or lost the one it had.
 * Until it does that is a doubt, by which nothing is withdrawn and nobody is warned.
 */
export function noRuntimeYet({ kind, server, runtime }: Predictor): string | undefined {
  return kind === 'model' && !server && !runtime ? 'KServe names no runtime for it yet' : undefined;
}

/** Why the object is not ready to be registered; undefined where it is. */
export function unreadyReason({ conditions, hasTransformer }: InferenceService): string | undefined {
  const { Ready: ready, PredictorReady: predictor, TransformerReady: transformer } = conditions;
  if (!ready) return 'KServe has not said yet whether it is Ready';
  if (ready.status !== 'True') {
    // Ready's own reason hides the cause ("Predictor ingress not created").
    return predictor && predictor.status !== 'True' ? told('PredictorReady', predictor) : told('Ready', ready);
  }
  // Without an Ingress, Ready passes over a transformer, behind whose address there may be no pod (measured on KServe v0.20.0).
  if (hasTransformer && transformer && transformer.status !== 'True') return told('TransformerReady', transformer);
  return undefined;
}

/**
 * Whether no copy of it serves, by what KServe says: that it is not Ready does not tell that (measured on KServe v0.20.0). In Standard mode the
 * copies do, in Knative the revisions that get calls.
 */
export function isDown({ deploymentMode, conditions, copies, traffic }: InferenceService): boolean {
  if (!conditions.Ready || conditions.Ready.status === 'True') return false;
  return deploymentMode === 'Knative' ? traffic.length === 0 : copies === 0;
}

/**
 * Whether old pods, with an old served name, may still stand behind the address: in Standard mode by PredictorReady's reason, in Knative
 * by the revisions and which of them get calls (KServe v0.20.0). Pods stay as they are where KServe refuses the spec, and those of a frozen object whatever
 * its runtime or its arguments become; only a served name by annotation is its owner's own word about them.
 */
export function rollingOut(object: InferenceService, options: Options): boolean {
  const { deploymentMode, conditions, marks, traffic, latestReadyRevision, latestCreatedRevision } = object;
  if (object.refused || (marks.frozen && options.servedName === undefined)) return true;
  if (deploymentMode !== 'Knative') return conditions.PredictorReady?.reason === 'MinimumReplicasAvailable';
  return latestReadyRevision !== latestCreatedRevision || traffic.some((one) => one.revision !== latestCreatedRevision);
}

/**
 * What the predictor's pods are told, and which version of their template the status speaks of; undefined where that is not known, or where KServe
 * leaves the pods as they are. In Standard mode each change of the template is another generation of the Deployment, in Knative another revision.
 */
export function templateOf(object: InferenceService, predictor: Predictor): PodTemplate | undefined {
  const { deploymentMode, deploymentGeneration, address, latestCreatedRevision, marks } = object;
  // A predictor that gets another name gets another Deployment, which counts anew, and another Service.
  const ofDeployment = deploymentGeneration && `${deploymentGeneration} at ${address}`;
  const version = deploymentMode === 'Knative' ? latestCreatedRevision : ofDeployment;
  if (!version || marks.frozen) return undefined;
  // Whatever an annotation says in their place: that needs no rollout by itself.
  const tells = JSON.stringify([predictor.arguments.servedNames, readBasePath(predictor, undefined).text]);
  return { tells, version };
}

function told(type: ConditionType, { status, reason, message }: Condition): string {
  return visible([`${type} is ${status}`, reason, message].filter(Boolean).join(': '));
}
