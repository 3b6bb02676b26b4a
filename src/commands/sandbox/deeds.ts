import { ANNOTATION_PREFIX } from '../../registration/index.ts';
import {
  inferenceService,
  type Manifest,
  type Place,
  placeText,
  reference,
  type Served,
  statusOf,
} from './manifest.ts';
import type { Deed } from './scene.ts';
import type { Stage } from './stage.ts';

/** How a deed is told. */
export interface ToldDeed {
  /** A command line in parts that a line break may part; undefined where no user does it. */
  command?: readonly string[];
  /** What the file says that is applied, a line each. */
  excerpt?: readonly string[];
  /** What happens by itself. */
  remark?: string;
}

/** The line that a user would type, or what KServe does. Throws when the story names a model that is not there. */
export function tellDeed(deed: Deed, stage: Stage): ToldDeed {
  switch (deed.kind) {
    case 'apply':
      return { command: [`kubectl apply -f ${deed.manifest.file}`], excerpt: excerptOf(deed.manifest) };
    case 'recreate':
      return { command: [`kubectl replace --force -f ${deed.manifest.file}`] };
    case 'annotate': {
      const annotations = Object.entries(deed.annotations).map(([key, value]) => `${ANNOTATION_PREFIX}${key}=${value}`);
      return { command: [`kubectl annotate isvc ${named(deed.object)} --overwrite`, ...annotations] };
    }
    case 'delete':
      return { command: [`kubectl delete isvc ${named(deed.object)}`] };
    case 'status':
      return { remark: `KServe, for ${placeText(deed.object)}: ${tellStatus(deed.served)}` };
    case 'delete-model':
      return { command: deleteCommand(stage, rowIdOf(stage, deed.publicName)) };
  }
}

function named({ namespace, name }: Place): string {
  return `${name} -n ${namespace}`;
}

function tellStatus({ ready, copies }: Served): string {
  const pods = copies === 0 ? 'no copy serves' : copies === 1 ? '1 copy serves' : `${copies} copies serve`;
  return `Ready is ${ready}, ${pods}`;
}

function excerptOf({ annotations, minReplicas, args }: Manifest): string[] {
  const quoted = (value: string): string => (/^(true|false|\d+)$/.test(value) ? `"${value}"` : value);
  return [
    ...Object.entries(annotations).map(([key, value]) => `${ANNOTATION_PREFIX}${key}: ${quoted(value)}`),
    `minReplicas: ${minReplicas}`,
    `args: [${args.join(', ')}]`,
  ];
}

function deleteCommand({ litellm }: Stage, id: string): string[] {
  return [
    `curl -s ${litellm.url}/model/delete`,
    `-H 'Authorization: Bearer ${litellm.masterKey}'`,
    "-H 'Content-Type: application/json'",
    `-d '{"id": "${id}"}'`,
  ];
}

/** Does it. Throws when Kubernetes or LiteLLM refuses. */
export async function perform(deed: Deed, stage: Stage): Promise<void> {
  const { kubernetes } = stage;
  switch (deed.kind) {
    case 'apply':
      kubernetes.apply(inferenceService(deed.manifest));
      return;
    case 'recreate':
      kubernetes.delete(reference(deed.manifest));
      kubernetes.apply(inferenceService(deed.manifest));
      return;
    case 'annotate': {
      const annotations = Object.entries(deed.annotations).map(([key, value]) => [`${ANNOTATION_PREFIX}${key}`, value]);
      kubernetes.patch(reference(deed.object), { metadata: { annotations: Object.fromEntries(annotations) } });
      return;
    }
    case 'delete':
      kubernetes.delete(reference(deed.object));
      return;
    case 'status':
      kubernetes.setStatus(reference(deed.object), statusOf(deed.object, deed.served));
      return;
    case 'delete-model':
      await deleteModel(stage, rowIdOf(stage, deed.publicName));
  }
}

async function deleteModel({ litellm }: Stage, id: string): Promise<void> {
  const answer = await fetch(`${litellm.url}/model/delete`, {
    method: 'POST',
    headers: { authorization: `Bearer ${litellm.masterKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id }),
  });
  if (!answer.ok) throw new Error(`LiteLLM refused to delete the model ${id}: it answered ${answer.status}`);
}

function rowIdOf({ litellm }: Stage, publicName: string): string {
  const row = litellm.rows().find(({ model_name }) => model_name === publicName);
  if (!row) throw new Error(`LiteLLM holds no model "${publicName}" that could be deleted`);
  return row.model_id;
}
