import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** KServe's namespace: its controller insists on the name. */
export const KSERVE_NAMESPACE = {
  apiVersion: 'v1',
  kind: 'Namespace',
  // KServe's webhook for pods leaves out namespaces with this label.
  metadata: { name: 'kserve', labels: { 'control-plane': 'kserve-controller-manager' } },
};

const configMapSchema = z.looseObject({ data: z.record(z.string(), z.string()) });

const webhooksSchema = z.looseObject({
  kind: z.string(),
  webhooks: z.array(z.looseObject({ clientConfig: z.object({ service: z.object({ path: z.string() }) }) })),
});

/** KServe's ConfigMap as it ships it, but for Standard mode and Ingresses of the class nginx instead of Istio's. */
export async function configMap(config: string): Promise<object> {
  const shipped = configMapSchema.parse(
    parse(await readFile(join(config, 'configmap', 'inferenceservice.yaml'), 'utf8')),
  );
  const { _example: _, ...data } = shipped.data;
  const ingress: unknown = JSON.parse(data.ingress ?? '{}');
  const ours = { ingressClassName: 'nginx', disableIstioVirtualHost: true };
  return {
    ...shipped,
    data: {
      ...data,
      deploy: JSON.stringify({ defaultDeploymentMode: 'Standard' }, undefined, 2),
      ingress: JSON.stringify({ ...z.record(z.string(), z.unknown()).parse(ingress), ...ours }, undefined, 2),
    },
  };
}

/**
 * The webhooks of a file of KServe's, reached at a port of loopback instead of through a Service.
 *
 * @param ca - the certificate that signed theirs
 */
export async function webhooks(file: string, port: number, ca: string): Promise<object[]> {
  const documents = parseAllDocuments(await readFile(file, 'utf8'));
  const caBundle = Buffer.from(ca).toString('base64');
  return documents
    .map((document) => webhooksSchema.parse(document.toJS()))
    .map((each) => ({
      ...each,
      webhooks: each.webhooks.map(({ clientConfig: { service }, ...webhook }) => ({
        ...webhook,
        clientConfig: { url: `https://127.0.0.1:${port}${service.path}`, caBundle },
      })),
    }));
}

/** How the API server gets an LLMInferenceService, or a configuration of such, in the other of its two versions. */
export function conversion(port: number, ca: string): object {
  const clientConfig = { url: `https://127.0.0.1:${port}/convert`, caBundle: Buffer.from(ca).toString('base64') };
  return { spec: { conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig } } } };
}
