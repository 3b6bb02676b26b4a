import { visible } from '../../registration/index.ts';
import type { Condition, ConditionType, InferenceService } from './schema.ts';

/**
 * Said while a model's server cannot be told because KServe names no runtime: it has chosen none yet, or lost the one it had.
 * Until it does that is a doubt, by which nothing is withdrawn and nobody is warned.
 */
export function noRuntimeYet({ predictor: { kind, server, runtime } }: InferenceService): string | undefined {
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

function told(type: ConditionType, { status, reason, message }: Condition): string {
  return visible([`${type} is ${status}`, reason, message].filter(Boolean).join(': '));
}
