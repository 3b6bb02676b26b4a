/** What the bed is made of. A change here builds anew: every cached thing carries these in its name. */
export const KUBERNETES_VERSION = 'v1.36.3';
export const ETCD_VERSION = 'v3.6.16';
export const KSERVE_VERSION = 'v0.20.0';
export const LITELLM_VERSION = '1.106.0';

/** Prisma's Python client, with the Prisma that its generator asks for. */
export const PRISMA_PYTHON_VERSION = '0.15.0';
export const PRISMA_CLI_VERSION = '5.17.0';
/** The engine build that this Python client expects to find behind PRISMA_QUERY_ENGINE_BINARY. */
export const PRISMA_ENGINE_COMMIT = '393aa359c9ad4a4bb28630fb5613f9c281cde053';

/** Prisma's JavaScript client, whose query compiler is WebAssembly and comes with the package. */
export const PRISMA_JS_VERSION = '7.10.0';
export const GRAPHQL_VERSION = '16.15.0';
