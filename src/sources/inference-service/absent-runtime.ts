import { ANNOTATION_PREFIX, type Problem, quoted } from '../../registration/index.ts';
import type { Resolved } from './with-runtime.ts';

/** What of a model only its serving runtime tells. */
export interface Needs {
  servedName: boolean;
  basePath: boolean;
}

/** Why a serving runtime cannot be asked, as part of a sentence; undefined where it can, or where there is none. */
export function runtimeAbsence({ predictor, absent }: Resolved): string | undefined {
  if (!absent) return undefined;
  const runtime = `the serving runtime ${quoted(predictor.runtime?.name ?? '')}`;
  return absent === 'missing' ? `${runtime} is not there` : `${runtime} cannot be read`;
}

/** What to say where something is needed of a serving runtime that cannot be asked: nothing is registered or changed on a guess. */
export function runtimeProblem(resolved: Resolved, { servedName, basePath }: Needs): Problem | undefined {
  const absence = runtimeAbsence(resolved);
  if (absence === undefined || !(servedName || basePath)) return undefined;
  const needed = [
    ...(servedName ? [{ what: 'the served name', annotation: 'served-name' }] : []),
    ...(basePath ? [{ what: 'the path of the OpenAI API', annotation: 'base-path' }] : []),
  ];
  const remedy =
    resolved.absent === 'missing'
      ? 'create it, or name one that exists'
      : 'give the right to list and watch servingruntimes and clusterservingruntimes of serving.kserve.io';
  const whats = needed.map(({ what }) => what).join(' and ');
  const annotations = needed.map(({ annotation }) => `${ANNOTATION_PREFIX}${annotation}`).join(' and ');
  return {
    reason: 'NotRoutable',
    message: `T${absence.slice(1)}, and only it tells ${whats}: ${remedy}, or set ${annotations}.`,
  };
}
