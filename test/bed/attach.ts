import { z } from 'zod';
import {
  type BedCoordinates,
  coordinatesSchema,
  type GatewayCall,
  gatewayCallSchema,
  type ServiceStatus,
} from './base/index.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import {
  createAsk,
  createKServeHandle,
  createKubernetesHandle,
  createLiteLlmHandle,
  createPostgresHandle,
  type KServeHandle,
  type KubernetesHandle,
  type LiteLlmHandle,
  type PostgresHandle,
  statuses,
} from './handles/index.ts';
import { type ModelServer, type ModelServerOptions, startModelServer } from './model-server.ts';

/** A running bed, as a test uses it. */
export interface Bed {
  /** Plain JSON from which another process makes the same handle. */
  readonly coordinates: BedCoordinates;
  readonly kubernetes: KubernetesHandle;
  /** Only on a bed that was started with `kserve`. */
  readonly kserve: KServeHandle | undefined;
  readonly litellm: LiteLlmHandle;
  readonly postgres: PostgresHandle;
  /** Starts a stub model server in this process. */
  startModelServer(options: ModelServerOptions): Promise<ModelServer>;
  /** The same, reached by LiteLLM as `http://{host}.svc.cluster.local`; `host` is `service.namespace`. */
  serve(host: string, options: ModelServerOptions): Promise<ModelServer>;
  /** Starts a counting and fault proxy in this process; without targets it stands before the first LiteLLM. */
  startProxy(...targets: string[]): Promise<FaultProxy>;
  /** The calls that LiteLLM made to names of the cluster (and to the outside world, which is refused). */
  gatewayCalls(): Promise<GatewayCall[]>;
  /** How all servers are. */
  status(): Promise<ServiceStatus[]>;
  /** Ends the model servers and proxies that this handle started; the bed's own servers go on. */
  close(): Promise<void>;
}

/** A handle on a bed that runs already. Throws when the coordinates are none. */
export function attachBed(coordinates: unknown): Bed {
  const known = coordinatesSchema.parse(coordinates);
  const ask = createAsk(known.keeper);
  const kubernetes = createKubernetesHandle(known, ask);
  const litellm = createLiteLlmHandle(known.litellm, ask);
  const closing: (() => Promise<void>)[] = [];

  const startServer = async (options: ModelServerOptions): Promise<ModelServer> => {
    const server = await startModelServer(options);
    closing.push(() => server.stop());
    return server;
  };
  const serve = async (host: string, options: ModelServerOptions): Promise<ModelServer> => {
    const server = await startServer(options);
    await ask({ op: 'route', host, target: `http://127.0.0.1:${server.port}` });
    const stop = async (): Promise<void> => {
      await ask({ op: 'unroute', host });
      await server.stop();
    };
    return { ...server, stop };
  };
  return {
    coordinates: known,
    kubernetes,
    kserve: createKServeHandle(known, kubernetes, ask),
    litellm,
    postgres: createPostgresHandle(known.postgres, ask),
    startModelServer: startServer,
    serve,
    startProxy: async (...targets) => {
      const proxy = await startFaultProxy(...(targets.length === 0 ? [litellm.url] : targets));
      closing.push(() => proxy.stop());
      return proxy;
    },
    gatewayCalls: async () => z.array(gatewayCallSchema).parse(await ask({ op: 'gateway-calls' })),
    status: () => statuses(ask),
    close: async () => {
      await Promise.allSettled(closing.splice(0).map((end) => end()));
    },
  };
}
