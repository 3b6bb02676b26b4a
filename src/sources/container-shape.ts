import { z } from 'zod';
import { list, text } from './lenient.ts';

/** The parts of a container that are read. */
export const containerShape = {
  image: text,
  command: list(z.string()),
  args: list(z.string()),
  // A variable without value and source is the empty text to Kubernetes.
  env: list(
    z
      .object({ name: z.string(), value: text, valueFrom: z.unknown().optional() })
      .transform(({ name, value, valueFrom }) => ({ name, value: valueFrom ? undefined : (value ?? '') })),
  ),
};
