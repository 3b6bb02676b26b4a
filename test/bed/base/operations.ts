import { z } from 'zod';

/** What a process can ask of the keeper: the one that owns the servers of a bed. */
export const operationSchema = z.discriminatedUnion('op', [
  z.object({
    op: z.literal('service'),
    name: z.string(),
    action: z.enum(['start', 'stop', 'kill', 'pause', 'resume']),
  }),
  z.object({ op: z.literal('services') }),
  z.object({ op: z.literal('add-replica'), env: z.record(z.string(), z.string().nullable()).optional() }),
  z.object({ op: z.literal('route'), host: z.string(), target: z.string() }),
  z.object({ op: z.literal('unroute'), host: z.string() }),
  z.object({ op: z.literal('gateway-calls') }),
  z.object({ op: z.literal('end') }),
]);

export type Operation = z.infer<typeof operationSchema>;

export const serviceStatusSchema = z.object({
  name: z.string(),
  state: z.enum(['stopped', 'running', 'paused', 'crashed']),
  pid: z.number().optional(),
});

export const gatewayCallSchema = z.object({
  /** When it came, in milliseconds since 1970. */
  at: z.number(),
  method: z.string(),
  host: z.string(),
  path: z.string(),
  status: z.number(),
  /** The model that the call names, the pod that answered it, and that pod's uid: on the level *kserve*, where the gateway itself answers for pods. */
  model: z.string().optional(),
  pod: z.string().optional(),
  podUid: z.string().optional(),
});

export type ServiceStatus = z.infer<typeof serviceStatusSchema>;
export type GatewayCall = z.infer<typeof gatewayCallSchema>;
