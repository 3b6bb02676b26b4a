import { BY_HAND } from './by-hand.ts';
import type { Manifest } from './manifest.ts';
import type { ExpectedModel, Scene } from './scene.ts';

const qwen: Manifest = {
  file: 'qwen.yaml',
  namespace: 'llm',
  name: 'qwen',
  annotations: { enabled: 'true', mode: 'chat' },
  minReplicas: 1,
  args: ['--model_name=qwen3-8b', '--max-model-len=16384'],
  storageUri: 'hf://Qwen/Qwen3-8B',
};

const rival: Manifest = {
  file: 'qwen-of-research.yaml',
  namespace: 'research',
  name: 'qwen',
  annotations: { mode: 'chat', 'model-name': 'qwen3' },
  minReplicas: 1,
  args: ['--model_name=qwen3-32b', '--max-model-len=40960'],
  storageUri: 'hf://Qwen/Qwen3-32B',
};

const bge: Manifest = {
  file: 'bge-m3.yaml',
  namespace: 'llm',
  name: 'bge-m3',
  annotations: { embedding: 'true' },
  minReplicas: 0,
  args: ['--model_name=bge-m3', '--max-model-len=8192'],
  storageUri: 'hf://BAAI/bge-m3',
};

/** A model that no scene uses: for whoever wants to go on playing. */
export const spare: Manifest = {
  file: 'mistral.yaml',
  namespace: 'llm',
  name: 'mistral',
  annotations: { enabled: 'true', mode: 'chat', notes: 'Yours to play with.' },
  minReplicas: 1,
  args: ['--model_name=mistral-small', '--max-model-len=32768'],
  storageUri: 'hf://mistralai/Mistral-Small-3.2-24B-Instruct-2506',
};

/** Every file that the story, or its reader, applies. */
export const manifests: readonly Manifest[] = [qwen, rival, bge, spare];

const serves = { ready: 'True', copies: 1 } as const;

const byHand: Record<string, ExpectedModel> = { [BY_HAND.name]: { from: undefined, mode: 'chat' } };
const first: Record<string, ExpectedModel> = {
  ...byHand,
  'qwen3-8b': { from: 'llm/qwen', mode: 'chat', tokens: 16384 },
};
const longer: Record<string, ExpectedModel> = {
  ...byHand,
  'qwen3-8b': { from: 'llm/qwen', mode: 'chat', tokens: 32768 },
};
const renamed: Record<string, ExpectedModel> = {
  ...byHand,
  qwen3: { from: 'llm/qwen', mode: 'chat', tokens: 32768 },
};
const both: Record<string, ExpectedModel> = {
  ...renamed,
  'qwen3-research': { from: 'research/qwen', mode: 'chat', tokens: 40960 },
};
const three: Record<string, ExpectedModel> = {
  ...both,
  'bge-m3': { from: 'llm/bge-m3', mode: 'embedding', tokens: 8192 },
};
const { qwen3: _gone, ...last } = three;

/** How long LiteLLM's list may lag, as the story tells it; the stage sets it. */
export const SETTLE = '1s';

/** The story: the life of three InferenceServices. */
export const scenes: readonly Scene[] = [
  {
    title: 'A model becomes Ready',
    tells: 'Team llm deploys a chat model. LiteLLM gets it as soon as it serves, and not before.',
    steps: [
      {
        deed: { kind: 'apply', manifest: qwen },
        expected: { models: byHand, objects: { down: 1 }, writes: 0 },
        told: 'Not Ready yet: nothing is registered.',
      },
      {
        deed: { kind: 'status', object: qwen, served: serves },
        expected: { models: first, events: ['Registered llm/qwen'], objects: { live: 1 } },
      },
    ],
  },
  {
    title: 'A wrong annotation',
    tells: 'Somebody mistypes the context length. Nothing is guessed: the object says what is wrong, the model stays.',
    steps: [
      {
        deed: { kind: 'annotate', object: qwen, annotations: { 'max-model-len': 'lots' } },
        expected: { models: first, events: ['InvalidAnnotation llm/qwen'], objects: { invalid: 1 }, writes: 0 },
      },
    ],
  },
  {
    title: 'Edited',
    tells: 'The mistake is corrected, and the context is twice as long now. The same row is changed in place.',
    steps: [
      {
        deed: { kind: 'annotate', object: qwen, annotations: { 'max-model-len': '32K' } },
        expected: { models: longer, events: ['Updated llm/qwen'], objects: { live: 1 }, writes: 1 },
      },
    ],
  },
  {
    title: 'Renamed',
    tells: 'The team wants a name without the size. The new name serves before the old one goes.',
    steps: [
      {
        deed: { kind: 'annotate', object: qwen, annotations: { 'model-name': 'qwen3' } },
        expected: { models: renamed, events: ['Registered llm/qwen', 'Withdrawn llm/qwen'] },
      },
    ],
  },
  {
    title: 'A name conflict',
    tells:
      'Team research wants the same name. LiteLLM would divide the calls between the two, so who has the name keeps it.',
    steps: [
      {
        deed: { kind: 'apply', manifest: rival },
        expected: { models: renamed, objects: { down: 1 }, writes: 0 },
        told: 'Not Ready yet: nothing is registered.',
      },
      {
        deed: { kind: 'status', object: rival, served: serves },
        expected: { models: renamed, events: ['NameConflict research/qwen'], objects: { conflict: 1 }, writes: 0 },
      },
    ],
  },
  {
    title: 'A name of its own',
    tells: 'Team research does what the Warning says.',
    steps: [
      {
        deed: { kind: 'annotate', object: rival, annotations: { 'model-name': 'qwen3-research' } },
        expected: { models: both, events: ['Registered research/qwen'], objects: { live: 2, conflict: 0 } },
      },
    ],
  },
  {
    title: 'A dip',
    tells:
      'After a bad update the new pod does not start, while the old one serves on. KServe says False, but users are being answered: nothing is touched.',
    steps: [
      {
        deed: { kind: 'status', object: qwen, served: { ready: 'False', copies: 1 } },
        expected: { models: both, objects: { held: 1 }, writes: 0 },
        told: 'The model is held as it is: no write to LiteLLM, no Event.',
      },
      {
        deed: { kind: 'status', object: qwen, served: serves },
        expected: { models: both, objects: { held: 0, live: 2 }, writes: 0 },
        told: 'Still no write: there is nothing to repair.',
      },
    ],
  },
  {
    title: 'Scaled to zero',
    tells: 'An embedding model with minReplicas: 0 is Ready before any pod runs. It waits for its first copy.',
    steps: [
      {
        deed: { kind: 'apply', manifest: bge },
        expected: { models: both, objects: { down: 1 }, writes: 0 },
      },
      {
        deed: { kind: 'status', object: bge, served: { ready: 'True', copies: 0 } },
        expected: { models: both, objects: { down: 1 }, writes: 0 },
        told: 'Ready, but nobody would answer: nothing is registered.',
      },
      {
        deed: { kind: 'status', object: bge, served: serves },
        expected: { models: three, events: ['Registered llm/bge-m3'], objects: { live: 3 } },
      },
      {
        deed: { kind: 'status', object: bge, served: { ready: 'True', copies: 0 } },
        expected: { models: three, writes: 0 },
        told: 'Scaled to zero again: from now on the model stays.',
      },
    ],
  },
  {
    title: 'Deleted in LiteLLM by mistake',
    tells: `Somebody deletes a model by hand in LiteLLM. Its list may lag behind a write, so it is believed after --settle (${SETTLE} here, 60s unless set); then the model comes back.`,
    steps: [
      {
        deed: { kind: 'delete-model', publicName: 'qwen3' },
        expected: { models: three, events: ['Registered llm/qwen'] },
        told: 'It is back, under the same id.',
      },
    ],
  },
  {
    title: 'Recreated',
    tells:
      'The embedding model is deleted and made again at once. It is another object now, so it gets a row of its own.',
    steps: [
      {
        deed: { kind: 'recreate', manifest: bge },
        expected: { models: both, events: ['Withdrawn llm/bge-m3'], objects: { live: 2, down: 1 } },
      },
      {
        deed: { kind: 'status', object: bge, served: serves },
        expected: { models: three, events: ['Registered llm/bge-m3'], objects: { live: 3 }, freshRow: 'bge-m3' },
      },
    ],
  },
  {
    title: 'Deleted',
    tells: 'Team llm is done with its chat model. It leaves LiteLLM with the object.',
    steps: [
      {
        deed: { kind: 'delete', object: qwen },
        expected: { models: last, events: ['Withdrawn llm/qwen'], objects: { live: 2 } },
      },
    ],
  },
];
