import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Cluster } from '../cluster.ts';
import type { Gateway } from '../gateway.ts';

const LOOKS_A_SECOND = 5;

/** LiteLLM's rows of one name and the object behind them, at one time. */
export interface Moment {
  /** When LiteLLM was asked, in milliseconds since 1970. The object was read after its answer. */
  at: number;
  /** When its answer was there. */
  answeredAt: number;
  /** `model at api_base`, one a row. */
  rows: string[];
  object: { ready: boolean; copies: number; stopped: boolean; deleting: boolean } | undefined;
}

export interface Record {
  readonly moments: readonly Moment[];
  stop(): Promise<readonly Moment[]>;
}

const objectSchema = z.object({
  metadata: z.object({
    deletionTimestamp: z.string().optional(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  status: z
    .object({
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
      modelStatus: z.object({ copies: z.object({ totalCopies: z.number().default(0) }).optional() }).optional(),
    })
    .default({ conditions: [] }),
});

/** Writes down, again and again, what LiteLLM holds under a name and how the InferenceService is. */
export function keepRecord(
  { cluster, gateway }: { cluster: Cluster; gateway: Gateway },
  wanted: { model: string; namespace: string; name: string },
): Record {
  const path = `/apis/serving.kserve.io/v1beta1/namespaces/${wanted.namespace}/inferenceservices/${wanted.name}`;
  const moments: Moment[] = [];
  let stopped = false;

  const look = async (): Promise<void> => {
    const at = Date.now();
    const rows = (await gateway.models()).filter((row) => row.model_name === wanted.model);
    const answeredAt = Date.now();
    const found = await cluster.call('GET', path, undefined, { accept: [404] });
    moments.push({
      at,
      answeredAt,
      rows: rows.map(({ litellm_params: { model, api_base } }) => `${String(model)} at ${String(api_base)}`),
      object: read(found),
    });
  };
  const loop = async (): Promise<void> => {
    while (!stopped) {
      await look();
      await pause(1000 / LOOKS_A_SECOND);
    }
  };
  const ended = loop();
  // A look that fails is told by whoever stops it.
  ended.catch(() => undefined);
  return {
    moments,
    stop: async () => {
      stopped = true;
      await ended;
      return moments;
    },
  };
}

function read(found: unknown): Moment['object'] {
  const parsed = objectSchema.safeParse(found);
  if (!parsed.success) return undefined;
  const { metadata, status } = parsed.data;
  return {
    ready: status.conditions.some((each) => each.type === 'Ready' && each.status === 'True'),
    copies: status.modelStatus?.copies?.totalCopies ?? 0,
    stopped: metadata.annotations['serving.kserve.io/stop'] === 'true',
    deleting: metadata.deletionTimestamp !== undefined,
  };
}

/** The different sets of rows that were seen, in the order of time. */
export function chapters(moments: readonly Moment[]): string[] {
  const sets = moments.map(({ rows }) => rows.toSorted().join(' + ') || 'none');
  return sets.filter((set, index) => set !== sets[index - 1]);
}
