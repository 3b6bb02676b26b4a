import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../bed/index.ts';
import { runProgram } from '../program.ts';
import { vllm } from './models.ts';
import { openPlay, type Play } from './play.ts';
import { openStage, type Stage } from './stage.ts';

const CONFIG = '/api/v1/namespaces/kserve/configmaps/inferenceservice-config';
const TRACKING = 'argocd.argoproj.io/tracking-id';

let stage: Stage;
/** KServe's settings of InferenceServices, as they were. */
let before: string;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

beforeEach(async () => {
  const { data } = (await stage.cluster.call('GET', CONFIG)) as { data: { inferenceService: string } };
  before = data.inferenceService;
});

afterEach(async () => {
  await stage.cluster.call('PATCH', CONFIG, { data: { inferenceService: before } }, { contentType: MERGE });
});

const MERGE = 'application/merge-patch+json';

/** Tells KServe not to copy our annotations, as the docs say. */
async function setTheList(...more: string[]): Promise<void> {
  const { kubeconfigPath } = stage.bed.kubernetes;
  const args = ['annotations', '--kserve', '--apply', `--kubeconfig=${kubeconfigPath}`, ...more];
  expect(await runProgram(args)).toMatchObject({ code: 0, stderr: '' });
}

async function podOf(play: Play): Promise<string> {
  await play.rolledOut(1);
  const [pod] = await play.pods();
  return pod?.uid ?? '';
}

/** Waits until another pod serves than this one; gives the new one. */
async function restarted(play: Play, pod: string): Promise<string> {
  const isAnother = async () => (await play.pods()).every(({ uid }) => uid !== pod);
  await waitFor(`${play.name} has another pod`, isAnother, { withinMs: 60_000, everyMs: 200 });
  return podOf(play);
}

test('an annotation restarts pods, and does not when KServe’s list has its key; who was annotated before restarts once more', async () => {
  const early = await openPlay(stage, 'early');
  const annotate = (annotations: Record<string, string>) => early.apply({ annotations, spec: vllm() });
  const note = (text: string) => annotate({ 'model-registrar.io/notes': text });
  await note('first');
  let pod = await podOf(early);
  await note('second');
  pod = await restarted(early, pod);

  await setTheList();
  // Made now, and restarted by a label, which is always copied: when it was, KServe has seen all that came before.
  const marker = await openPlay(stage, 'marker');
  await marker.apply({ spec: vllm() });
  let mark = await podOf(marker);
  let marks = 0;
  const passed = async () => {
    marks += 1;
    await marker.apply({ labels: { 'app.kubernetes.io/instance': `mark-${marks}` }, spec: vllm() });
    mark = await restarted(marker, mark);
  };
  await passed();
  expect(await podOf(early), 'the list alone restarts nothing').toBe(pod);
  await note('third');
  pod = await restarted(early, pod);

  await note('fourth');
  await passed();
  expect(await podOf(early), 'an annotation of ours restarts nothing').toBe(pod);
  await annotate({});
  await passed();
  expect(await podOf(early), 'its removal restarts nothing').toBe(pod);

  await setTheList('--also', TRACKING);
  await annotate({ [TRACKING]: 'models:serving.kserve.io/InferenceService:models/early' });
  await passed();
  expect(await podOf(early), 'somebody else’s annotation on the list restarts nothing').toBe(pod);
  await early.answered();
});
