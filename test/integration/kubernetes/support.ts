import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type Connection,
  connect,
  type Log,
  type ObjectChange,
  type Reflector,
  type ReflectorOptions,
  startReflector,
} from '../../../src/kubernetes/index.ts';
import { type KubernetesOptions, type SandboxKubernetes, startKubernetes } from '../../../src/sandbox/index.ts';

export const LIST = 'list inferenceservices';
/** For a fault: lists alone, not the look at the newest version that goes before a watch where the server was lost from sight. */
export const LISTS = { on: LIST, path: /^(?!.*[?&]limit=1(?:&|$))/ };
export const WATCH = 'watch inferenceservices';

export interface Thing {
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  color: string | undefined;
}

const thing = z.object({
  metadata: z.object({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    annotations: z.object({ color: z.string().optional() }).optional(),
  }),
});

/** Refuses an object whose colour is `unreadable`. */
export function parseThing(raw: unknown): Thing {
  const { annotations, ...identity } = thing.parse(raw).metadata;
  if (annotations?.color === 'unreadable') throw new TypeError('no such colour');
  return { ...identity, color: annotations?.color };
}

export function service(name: string, color?: string, labels?: Record<string, string>) {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: {
      namespace: 'llm',
      name,
      ...(color !== undefined && { annotations: { color } }),
      ...(labels && { labels }),
    },
    spec: { predictor: {} },
  };
}

export const reference = (name: string) => ({ kind: 'InferenceService', namespace: 'llm', name });

/** A log that keeps what it was told. */
export function keepingLog(): Log & { lines: { level: string; message: string; fields: object }[] } {
  const lines: { level: string; message: string; fields: object }[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields });
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export interface Bench {
  api: SandboxKubernetes;
  connection: Connection;
  kubeconfig: string;
  /** What was told, in short: `+name` applied, `-name` seen deleted, `?name` missing in a list. */
  told: string[];
  changes: ObjectChange<Thing>[];
  log: ReturnType<typeof keepingLog>;
  /** How often it was listed, page by page; a look at the newest version is none. */
  lists(): number;
  reflect(options?: Partial<ReflectorOptions<Thing>>): Reflector<Thing>;
  end(): Promise<void>;
}

/** A sandbox, a connection to it, and reflectors with short times, all of which `end` takes down. */
export async function startBench(
  options: KubernetesOptions & { requestTimeoutMs?: number; connect?: boolean } = {},
): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'kubernetes-'));
  const kubeconfig = join(folder, 'config');
  const api = await startKubernetes({ bookmarkMilliseconds: 100, ...options });
  await writeFile(kubeconfig, api.kubeconfig);
  const connection = await connect({ kubeconfig, requestTimeoutMs: options.requestTimeoutMs ?? 10_000 });
  const reflectors: Reflector<Thing>[] = [];
  const told: string[] = [];
  const changes: ObjectChange<Thing>[] = [];
  const log = keepingLog();
  const bench: Bench = {
    api,
    connection,
    kubeconfig,
    told,
    changes,
    log,
    lists: () => bench.api.calls.list(LIST).filter(({ path }) => LISTS.path.test(path)).length,
    reflect(more = {}) {
      const { settings, ...others } = more;
      const reflector = startReflector<Thing>({
        connection,
        resource: { group: 'serving.kserve.io', version: 'v1beta1', plural: 'inferenceservices' },
        parse: parseThing,
        onChange(change) {
          changes.push(change);
          const sign = change.type === 'applied' ? '+' : change.observed ? '-' : '?';
          told.push(`${sign}${change.object.name}`);
        },
        settings: { ...QUICK, ...settings },
        log,
        ...others,
      });
      reflectors.push(reflector);
      return reflector;
    },
    async end() {
      await Promise.all(reflectors.map((reflector) => reflector.stop()));
      await connection.close();
      await bench.api.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return bench;
}

const QUICK = {
  relistMs: 3_600_000,
  missGraceMs: 50,
  idleMs: 5_000,
  reopenMs: 20,
  backoffMinMs: 10,
  backoffMaxMs: 50,
  deniedMs: 50,
};
