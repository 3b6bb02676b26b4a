import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ANNOTATION_PREFIX, findAnnotation, readOptions } from '../../../src/registration/index.ts';
import { MANIFESTS, only, render } from './render.ts';

describe('models', () => {
  const models = render('samples').filter(({ kind }) => kind === 'InferenceService');

  test('are one chat model, one embedding model and one container, in a namespace that is made', () => {
    expect(models.map(({ metadata }) => metadata.name).sort()).toEqual(['bge-m3', 'qwen-small', 'qwen3-8b']);
    expect(only(render('samples'), 'Namespace').metadata.name).toBe('models');
    for (const { metadata } of models) expect(metadata.namespace).toBe('models');
  });

  test.each(models.map(({ metadata }) => [metadata.name, metadata.annotations]))(
    '%s: its annotations exist in this version and are right',
    (_name, annotations) => {
      for (const key of Object.keys(annotations)) {
        expect(key.startsWith(ANNOTATION_PREFIX), key).toBe(true);
        expect(findAnnotation(key.slice(ANNOTATION_PREFIX.length)), key).toMatchObject({ available: true });
      }
      const { options, problems } = readOptions(annotations);
      expect(problems).toEqual([]);
      expect(options.enabled).toBe(true);
    },
  );

  test('no file is left out', () => {
    const files = readdirSync(join(MANIFESTS, 'samples'), { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'kustomization.yaml')
      .map(({ name }) => name);
    const { resources } = parse(readFileSync(join(MANIFESTS, 'samples/kustomization.yaml'), 'utf8')) as {
      resources: string[];
    };
    expect(resources.sort()).toEqual(files.sort());
  });
});

describe('install', () => {
  const rendered = render('samples/install');

  test('is the default installation with the settings of the overlay, and a Secret', () => {
    const kinds = (objects: typeof rendered) => objects.map(({ kind }) => kind).sort();
    expect(kinds(rendered)).toEqual([...kinds(render('default')), 'Secret'].sort());
    const settings = only(rendered, 'ConfigMap');
    expect(settings.data).toEqual({
      MODEL_REGISTRAR_LITELLM_URL: 'https://litellm.example.com',
      MODEL_REGISTRAR_OWNER_ID: 'my-cluster',
    });
    expect(JSON.stringify(only(rendered, 'Deployment'))).toContain(`"${settings.metadata.name}"`);
  });

  test('its Secret is the one that the Deployment mounts, and holds no key', () => {
    const secret = only(rendered, 'Secret');
    expect(secret.metadata).toMatchObject({ name: 'model-registrar-litellm', namespace: 'model-registrar' });
    expect(secret.stringData).toEqual({ key: 'replace-me' });
  });
});
