import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { VERSION } from '../../src/telemetry/index.ts';

const FILE = join(import.meta.dirname, '../../manifests/samples/register-job.yaml');

/** The namespace of the sample. */
const NAMESPACE = 'models';

const Job = z.looseObject({
  kind: z.literal('Job'),
  spec: z.object({
    template: z.object({
      spec: z.object({
        serviceAccountName: z.string(),
        containers: z.tuple([
          z.object({
            image: z.literal(`ghcr.io/model-registrar/model-registrar:v${VERSION}`),
            args: z.array(z.string()),
            env: z.array(z.object({ name: z.string(), value: z.string() })),
          }),
        ]),
      }),
    }),
  }),
});

/** The sample of a Job that registers a model, as somebody applies it to a namespace. */
export interface RegisterJob {
  /** All its objects. */
  objects: { kind: string }[];
  account: string;
  /** What its container runs, and with which environment. */
  args: string[];
  env: Record<string, string>;
}

/** Reads `manifests/samples/register-job.yaml`. @throws ZodError where it is not as this program's version wants it */
export function readRegisterJob(namespace: string): RegisterJob {
  const text = readFileSync(FILE, 'utf8').replaceAll(`namespace: ${NAMESPACE}\n`, `namespace: ${namespace}\n`);
  const objects = parseAllDocuments(text).map((document) => document.toJS() as { kind: string });
  const { spec } = Job.parse(objects.find(({ kind }) => kind === 'Job')).spec.template;
  const [{ args, env }] = spec.containers;
  return {
    objects,
    account: spec.serviceAccountName,
    args,
    env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
  };
}
