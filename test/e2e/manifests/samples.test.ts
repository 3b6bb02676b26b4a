import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ANNOTATION_PREFIX, ANNOTATIONS, findAnnotation, readOptions } from '../../../src/registration/index.ts';
import { inferenceService, sources } from '../../../src/sources/index.ts';
import { MANIFESTS, only, type Rendered, render } from './render.ts';

/** What an object would have in LiteLLM once KServe says that it is served, sorted by public name. */
function registrationsOf(model: Rendered) {
  const { name, namespace } = model.metadata;
  const metadata = { uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...model.metadata };
  const status = {
    address: { url: `http://${name}-predictor.${namespace}.svc.cluster.local` },
    conditions: ['Ready', 'PredictorReady'].map((type) => ({ type, status: 'True', reason: 'NewReplicaSetAvailable' })),
    modelStatus: { copies: { totalCopies: 1 } },
    deploymentMode: 'Standard',
  };
  const projection = inferenceService.project(
    inferenceService.parse({ ...model, metadata, status }),
    { selection: 'annotated', address: 'cluster' },
    // KServe's own runtimes, which are known.
    { of: () => 'unknown', find: () => 'missing' },
  );
  if (projection.state !== 'serve') throw new Error(`${name}: ${JSON.stringify(projection)}`);
  return projection.registrations.toSorted((a, b) => (a.publicName < b.publicName ? -1 : 1));
}

/** Of a kind that may not be installed, so that they are applied by themselves. */
const BESIDE_FILES = ['llm-inference-service.yaml'];
/** Files that the program itself reads. */
const NO_OBJECTS = ['backends.yaml', 'config.yaml'];
/** What is no model, and stands beside them too: its own test reads it. */
const OTHER_FILES = ['register-job.yaml'];
const BESIDE = BESIDE_FILES.map((file) => parse(readFileSync(join(MANIFESTS, 'samples', file), 'utf8')) as Rendered);

describe('models', () => {
  const models = render('samples')
    .filter(({ kind }) => kind === 'InferenceService')
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const annotated = render('samples').filter(({ metadata }) => Object.keys(metadata.annotations).length > 0);

  test('are chat models, one with all settings, an embedding model and a container, in a namespace that is made', () => {
    expect(models.map(({ metadata }) => metadata.name).sort()).toEqual([
      'bge-m3',
      'mistral-small',
      'qwen-small',
      'qwen3-8b',
    ]);
    expect(only(render('samples'), 'Namespace').metadata.name).toBe('models');
    for (const { metadata } of models) expect(metadata.namespace).toBe('models');
  });

  test.each([...annotated, ...BESIDE].map(({ kind, metadata }) => [metadata.name, kind, metadata.annotations]))(
    '%s: its annotations exist in this version and are right',
    (_name, kind, annotations) => {
      for (const key of Object.keys(annotations)) {
        expect(key.startsWith(ANNOTATION_PREFIX), key).toBe(true);
        expect(findAnnotation(key.slice(ANNOTATION_PREFIX.length)), key).toMatchObject({ available: true });
      }
      const source = [...sources.values()].find(({ resource }) => resource.kind === kind);
      const { options, problems } = readOptions(annotations, source?.kind);
      expect(problems).toEqual([]);
      expect(options.enabled).toBe(true);
    },
  );

  test('show every annotation that there is', () => {
    const shown = new Set(annotated.flatMap(({ metadata }) => Object.keys(metadata.annotations)));
    // What needs a right of the administrator's is in config.yaml.
    const available = ANNOTATIONS.filter(
      ({ available, key }) => available && !['access-groups', 'litellm'].includes(key),
    );
    expect([...shown].sort()).toEqual(available.map(({ key }) => `${ANNOTATION_PREFIX}${key}`).sort());
  });

  test('are registered as their comments say', () => {
    const registered = models.flatMap((model) => registrationsOf(model));
    expect(registered).toMatchObject([
      {
        publicName: 'bge-m3',
        servedName: 'bge-m3',
        apiBase: 'http://bge-m3-predictor.models.svc.cluster.local/openai/v1',
        info: { mode: 'embedding' },
      },
      {
        publicName: 'mistral-small',
        apiBase: 'http://mistral-small-predictor.models.svc.cluster.local/v1',
        params: { rpm: 600, tags: ['gpu', 'eu-west'] },
        info: { mode: 'chat', max_input_tokens: 32_768, supports_vision: true },
      },
      {
        publicName: 'qwen-small',
        servedName: 'qwen2.5-0.5b',
        apiBase: 'http://qwen-small-predictor.models.svc.cluster.local/v1',
        info: { max_input_tokens: 8192 },
      },
      { publicName: 'qwen3', servedName: 'qwen3-8b' },
      {
        publicName: 'qwen3-8b',
        servedName: 'qwen3-8b',
        apiBase: 'http://qwen3-8b-predictor.models.svc.cluster.local/v1',
        info: { max_input_tokens: 32768, notes: 'Run by the platform team; questions to #models.' },
      },
    ]);
  });

  test('no file is left out', () => {
    const files = readdirSync(join(MANIFESTS, 'samples'), { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'kustomization.yaml')
      .map(({ name }) => name);
    const { resources } = parse(readFileSync(join(MANIFESTS, 'samples/kustomization.yaml'), 'utf8')) as {
      resources: string[];
    };
    expect([...resources, ...BESIDE_FILES, ...OTHER_FILES, ...NO_OBJECTS].sort()).toEqual(files.sort());
  });
});

describe('install', () => {
  const rendered = render('samples/install');

  test('is the default installation with the settings of the overlay, and no Secret that would undo the real one', () => {
    const kinds = (objects: typeof rendered) => objects.map(({ kind }) => kind).sort();
    expect(kinds(rendered)).toEqual(kinds(render('default')));
    const settings = only(rendered, 'ConfigMap');
    expect(settings.data).toEqual({
      MODEL_REGISTRAR_LITELLM_URL: 'https://litellm.example.com',
    });
    expect(JSON.stringify(only(rendered, 'Deployment'))).toContain(`"${settings.metadata.name}"`);
  });

  test('the Secret beside it is the one that the Deployment mounts, and holds no key', () => {
    const file = readFileSync(join(MANIFESTS, 'samples/install/secret.yaml'), 'utf8');
    expect(parse(file)).toMatchObject({
      metadata: { name: 'model-registrar-litellm', namespace: 'model-registrar' },
      stringData: { key: 'replace-me' },
    });
  });
});
