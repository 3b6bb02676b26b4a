import { describe, expect, it } from 'vitest';
import {
  addressOf,
  condition,
  huggingface,
  inferenceService,
  knative,
  ready,
  vllm,
} from '../../../support/kserve-objects.ts';
import { PREFIX, project, served } from './projecting.ts';

describe('waiting and rolling out', () => {
  const status = (change: object) => inferenceService({ status: { ...ready({ copies: 0 }), ...change } });

  it('waits for a copy in Standard mode, and where the mode is not known yet', () => {
    const waitingFor = 'no copy of the model serves yet';
    expect(served(project(status({}))).waitingFor).toBe(waitingFor);
    expect(served(project(status({ modelStatus: { copies: { totalCopies: 0 } } }))).waitingFor).toBe(waitingFor);
    expect(served(project(status({ deploymentMode: 'RawDeployment' }))).waitingFor).toBe(waitingFor);
    expect(served(project(status({ deploymentMode: undefined }))).waitingFor).toBe(waitingFor);
    expect(served(project(status({ deploymentMode: 'Knative' }))).waitingFor).toBeUndefined();
    expect(served(project(inferenceService({ status: ready({ copies: 2 }) }))).waitingFor).toBeUndefined();
  });

  it.each([
    ['NewReplicaSetAvailable', false],
    ['MinimumReplicasAvailable', true],
  ])('Standard mode: PredictorReady by %s', (reason, rollingOut) => {
    expect(served(project(inferenceService({ status: ready({ reason }) }))).rollingOut).toBe(rollingOut);
  });

  it('a spec that KServe refuses: what serves stays as it is', () => {
    const modelStatus = { transitionStatus: 'InvalidSpec', copies: { totalCopies: 1 } };
    expect(served(project(inferenceService({ status: { ...ready(), modelStatus } }))).rollingOut).toBe(true);
  });

  it('Knative: while an older revision still gets calls, as beside a canary', () => {
    const { components, ...status } = knative({ created: 'phi-3', ready: 'phi-3' }) as {
      components: { predictor: object };
    };
    const calls = (...revisions: string[]) => {
      const traffic = revisions.map((revisionName) => ({ revisionName, percent: 100 / revisions.length }));
      const manifest = inferenceService({
        status: { ...status, components: { predictor: { ...components.predictor, traffic } } },
      });
      return served(project(manifest)).rollingOut;
    };
    expect([calls('phi-3'), calls('phi-2', 'phi-3'), calls()]).toEqual([false, true, false]);
  });

  it('Standard mode without a word on the predictor', () => {
    expect(
      served(project(inferenceService({ status: { ...ready(), conditions: [condition('Ready', 'True')] } })))
        .rollingOut,
    ).toBe(false);
  });

  it.each([
    ['phi-2', 'phi-2', false],
    ['phi-3', 'phi-2', true],
  ])('Knative: created %s, ready %s', (created, ready, rollingOut) => {
    expect(served(project(inferenceService({ status: knative({ created, ready }) }))).rollingOut).toBe(rollingOut);
  });
});

describe('the template of its pods', () => {
  const predictor = huggingface(['--model_name=own']);
  const templateOf = (status: object, { annotations = {}, ...more }: Parameters<typeof inferenceService>[0] = {}) => {
    const manifest = inferenceService({ predictor, status: { ...ready(), ...status }, ...more });
    Object.assign(manifest.metadata, { annotations: { ...annotations, [`${PREFIX}enabled`]: 'true' } });
    return served(project(manifest)).template;
  };

  it('has its version from the status, and tells served names and base path', () => {
    const version = `4 at ${addressOf('qwen', 'llm')}`;
    expect(templateOf({ observedGeneration: 4 })).toEqual({ tells: '[["own"],"/openai/v1"]', version });
    const several = vllm(['--served-model-name', 'a', 'b']);
    const runtime = { clusterServingRuntimeName: 'kserve-vllmserver' };
    expect(templateOf({ ...ready({ runtime }) }, { predictor: several })?.tells).toBe('[["a","b"],"/v1"]');
  });

  it.each([[undefined], [0], ['4'], [1.5]])('is not known where the status has %s for its version', (version) => {
    expect(templateOf({ observedGeneration: version })).toBeUndefined();
  });

  it.each(['transformer', 'explainer'])('is not known beside a %s, whose version KServe shows instead', (component) => {
    expect(
      templateOf({ observedGeneration: 4 }, { spec: { [component]: { containers: [{ name: 'x' }] } } }),
    ).toBeUndefined();
  });

  it('is not known of a frozen object: KServe leaves its pods as they are', () => {
    const annotations = { 'serving.kserve.io/disable-auto-update': 'true' };
    expect(templateOf({ observedGeneration: 4 }, { annotations })).toBeUndefined();
  });

  it('tells the same whatever the owner says by annotation: that needs no rollout', () => {
    const annotations = { [`${PREFIX}served-name`]: 'other', [`${PREFIX}base-path`]: '/other' };
    expect(templateOf({ observedGeneration: 4 }, { annotations })?.tells).toBe('[["own"],"/openai/v1"]');
  });
});
