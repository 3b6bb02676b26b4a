import { onTestFinished } from 'vitest';
import { type PodView, waitFor } from '../../bed/index.ts';
import type { SeenEvent } from '../cluster.ts';
import { type Caller, callSteadily } from '../steady-calls.ts';
import { MOST_OPEN } from './calls.ts';
import { keepRecord, type Record } from './record.ts';
import type { Stage } from './stage.ts';

/** What a user applies. */
export interface Manifest {
  annotations?: { [key: string]: string };
  labels?: { [key: string]: string };
  /** The whole spec. */
  spec: object;
}

/** One InferenceService with its public name, in a namespace of its own. */
export interface Play {
  namespace: string;
  name: string;
  /** What LiteLLM's users ask for. */
  model: string;
  record: Record;
  /** Applies it, as a user's `kubectl apply` does. */
  apply(manifest: Manifest): Promise<void>;
  pods(): Promise<PodView[]>;
  /** Waits until just so many pods are there, all of them Ready, each with this word in its command line. */
  rolledOut(count: number, word?: string): Promise<void>;
  /** Waits until LiteLLM answers a chat call for the name. */
  answered(): Promise<void>;
  /** Waits until LiteLLM's one row of the name calls this model: the served name, without the provider. */
  calls(served: string): Promise<void>;
  /** Waits until the record has this as LiteLLM's one row of the name (`model at api_base`), and gives the time of the first such answer. */
  recorded(row: string): Promise<number>;
  /** Waits until LiteLLM lists no row of the name. */
  gone(withinMs: number): Promise<void>;
  /** Begins to chat 20 times a second; `mostOpen` calls at a time unless told otherwise. */
  chat(mostOpen?: number): Caller;
  /** Waits until `kubectl describe` tells just this under Events, of the controller under test, in whatever order: a line each, `Normal Registered …`. */
  tells(...lines: RegExp[]): Promise<void>;
}

/** Looks are few, so that they take nothing from the machine that LiteLLM needs. */
const PATIENT = { withinMs: 60_000, everyMs: 200 };

/** Makes a namespace for one test, and begins the record. */
export async function openPlay(stage: Stage, name: string): Promise<Play> {
  const namespace = await stage.namespace();
  const model = `${name}-${namespace}`;
  const { gateway, kserve } = stage;
  const record = keepRecord(stage, { model, namespace, name });
  const callers: Caller[] = [];
  onTestFinished(async () => {
    await Promise.all([...callers.map((caller) => caller.stop()), record.stop().catch(() => undefined)]);
  });
  const story = async (): Promise<string[]> => {
    const text = await stage.bed.kubernetes.kubectl(['describe', 'inferenceservice', name, '--namespace', namespace]);
    const lines = text.slice(text.indexOf('\nEvents:')).split('\n');
    return lines
      .filter((line) => line.includes(' model-registrar '))
      .map((line) => line.replace(/^\s*(\w+)\s+(\w+)\s+.*? model-registrar\s+/, '$1 $2 '));
  };
  const pods = () => kserve.pods(namespace, name);

  return {
    namespace,
    name,
    model,
    record,
    apply: async ({ annotations, labels, spec }) => {
      await stage.bed.kubernetes.apply({
        apiVersion: 'serving.kserve.io/v1beta1',
        kind: 'InferenceService',
        metadata: {
          name,
          namespace,
          annotations: { 'model-registrar.io/model-name': model, ...annotations },
          ...(labels && { labels }),
        },
        spec,
      });
    },
    pods,
    rolledOut: async (count, word) => {
      const isNew = (pod: PodView) => word === undefined || pod.words.includes(word);
      await waitFor(
        `${count} pods ${word ?? ''} are Ready, and no others there`,
        async () => {
          const found = await pods();
          return found.length === count && found.every((pod) => pod.ready && !pod.deleting && isNew(pod));
        },
        PATIENT,
      );
    },
    answered: async () => {
      await waitFor(`${model} is answered`, async () => (await gateway.chat(model)).status === 200, PATIENT);
    },
    calls: async (served) => {
      const isSo = async () => String((await gateway.model(model)).litellm_params.model).endsWith(`/${served}`);
      await waitFor(`${model} is ${served}`, isSo, PATIENT);
    },
    recorded: async (row) => {
      const seen = () => record.moments.find(({ rows }) => rows.length === 1 && rows[0] === row)?.answeredAt;
      return waitFor(`the record has ${row}`, seen, PATIENT);
    },
    gone: async (withinMs) => {
      const listed = async () => (await gateway.models()).some((row) => row.model_name === model);
      await waitFor(`${model} is gone`, async () => !(await listed()), { withinMs });
    },
    chat: (mostOpen = MOST_OPEN) => {
      const caller = callSteadily(gateway, model, mostOpen);
      callers.push(caller);
      return caller;
    },
    tells: async (...lines) => {
      const tell = (told: readonly string[]): boolean => {
        if (told.length === lines.length && lines.every((line) => told.some((each) => line.test(each)))) return true;
        throw new Error(told.join('\n'));
      };
      const events = async () => {
        const found = await stage.cluster.events(name, namespace);
        return found.filter(({ source }) => source?.component === 'model-registrar');
      };
      const lineOf = ({ type, reason, message }: SeenEvent): string => `${type} ${reason} ${message}`;
      await waitFor(`Events tell ${lines.join()}`, async () => tell((await events()).map(lineOf)), PATIENT);
      tell(await story());
    },
  };
}
