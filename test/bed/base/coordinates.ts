import { z } from 'zod';

/** Has LiteLLM’s tables and no rows; nobody is connected to it, so that it can be copied for a further LiteLLM. */
export const EMPTY_DATABASE = 'litellm_empty';

const replicaSchema = z.object({ name: z.string(), url: z.string(), logFile: z.string() });

/** Where the servers of a running bed are: all that another process needs to use them. Plain JSON. */
export const coordinatesSchema = z.object({
  /** The temporary folder of this bed; gone when it stops. */
  folder: z.string(),
  keeper: z.object({ url: z.string(), token: z.string(), pid: z.number() }),
  kubernetes: z.object({
    server: z.string(),
    kubeconfigPath: z.string(),
    caFile: z.string(),
    adminToken: z.string(),
    /** A user that is known and may do nothing. */
    nobodyToken: z.string(),
    kubectl: z.string(),
  }),
  /** Whether KServe's controller runs. */
  kserve: z.boolean(),
  litellm: z.object({ masterKey: z.string(), python: z.string(), replicas: z.array(replicaSchema).min(1) }),
  postgres: z.object({ url: z.string(), psql: z.string() }),
  gateway: z.object({ url: z.string() }),
});

export { replicaSchema };
export type BedCoordinates = z.infer<typeof coordinatesSchema>;
export type ReplicaCoordinates = z.infer<typeof replicaSchema>;
