import { z } from 'zod';
import type { ExplainedObject } from './document.ts';
import type { Manifest } from './read-input.ts';

const Words = z.looseObject({ command: z.unknown().optional(), args: z.unknown().optional() });
const Spec = z.object({
  spec: z.object({
    predictor: z.record(z.string(), z.unknown()),
  }),
});

/**
 * What is wrong with the argument lists of an InferenceService: a text in place of a list. The API server refuses it (KServe's CRD, v0.20.0), and
 * whoever reads the object beyond that reads no argument.
 */
export function argumentProblems({ raw }: Manifest): ExplainedObject['problems'] {
  const parsed = Spec.safeParse(raw);
  if (!parsed.success) return [];
  const { containers, ...others } = parsed.data.spec.predictor;
  const places: [string, unknown][] = [
    ...Object.entries(others),
    ...(Array.isArray(containers)
      ? containers.map((one, index): [string, unknown] => [`containers[${index}]`, one])
      : []),
  ];
  return places.flatMap(([place, value]) => {
    const words = Words.safeParse(value);
    if (!words.success) return [];
    return (['command', 'args'] as const).flatMap((field) =>
      typeof words.data[field] === 'string' ? [problem(`spec.predictor.${place}.${field}`)] : [],
    );
  });
}

function problem(path: string): ExplainedObject['problems'][number] {
  const message = `${path} is one text, and has to be a list of texts: the API server refuses the object. Make each argument an item of its own.`;
  return { reason: 'InvalidManifest', message };
}
