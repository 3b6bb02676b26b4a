import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultProxy, ReplicaHandle } from '../bed/index.ts';
import { until } from '../support/wait.ts';
import { type Gateway, openGateway } from './gateway.ts';
import { chatMeanwhile, lookMeanwhile } from './meanwhile.ts';
import { resyncs, writesAt } from './proxy-calls.ts';
import { openScene, type Scene } from './scene.ts';
import { readStored } from './stored.ts';

let scene: Scene;
let second: ReplicaHandle;
let gateways: Gateway[];
let proxy: FaultProxy;

beforeEach(async () => {
  scene = await openScene();
  second = await scene.bed.litellm.startReplica();
  gateways = [scene.gateway, openGateway(second)];
  proxy = await scene.bed.startProxy(scene.bed.litellm.url, second.url);
  await scene.controller({ litellmUrl: proxy.url, settings: { 'resync-interval': '1s', settle: '5s' } });
});

afterEach(async () => {
  await scene.close();
  await second.stop();
});

/** The name `chat` is in each; keys come and go, so that rows are replaced while their predecessors still stand. */
const LOOKS: readonly Record<string, string>[] = [
  { 'model-name': 'chat,extra', 'max-model-len': '4096' },
  { 'model-name': 'chat,other', 'max-model-len': '4096' },
  { 'model-name': 'chat,other' },
  { 'model-name': 'chat,extra', notes: 'a' },
  { 'model-name': 'chat', 'max-model-len': '8192', notes: 'a' },
  { 'model-name': 'extra,chat', 'max-model-len': '8192' },
  { 'model-name': 'chat', mode: 'completion' },
  { 'model-name': 'chat,extra', mode: 'chat', notes: 'b' },
  { 'model-name': 'other,chat', notes: 'c' },
  { 'model-name': 'chat,extra', 'max-model-len': '4096' },
];

test('2: changes faster than they can be carried out end in the last one, without a gap, on two replicas', async () => {
  await scene.serve({ name: 'qwen', annotations: { 'model-name': 'chat' } });
  for (const gateway of gateways) {
    await until('each replica serves it', async () => (await gateway.names()).includes('chat'));
  }
  const calls = gateways.map((gateway) => chatMeanwhile(gateway, 'chat'));
  const looks = gateways.map((gateway) => lookMeanwhile(gateway, ['chat']));

  for (const annotations of LOOKS) {
    const before = writesAt(proxy).length;
    await scene.apply({ name: 'qwen', annotations });
    // The next change comes in the midst of this one.
    await until('the first of its writes is on its way', () => writesAt(proxy).length > before);
  }

  await until(
    'the last one is carried out',
    async () => (await namesAndInfo()) === '[["chat",4096],["extra",4096]]',
    30_000,
  );
  proxy.forget();
  await resyncs(proxy, 3);
  expect(writesAt(proxy)).toEqual([]);
  expect(await namesAndInfo()).toBe('[["chat",4096],["extra",4096]]');
  for (const gateway of gateways) {
    const names = (await gateway.models()).map((row) => row.model_name);
    expect(names.toSorted()).toEqual(['chat', 'extra']);
  }
  for (const call of calls) expect(Object.keys(await call.stop())).toEqual(['200']);
  for (const look of looks) expect(Object.keys(await look.stop())).toEqual(['chat']);
});

async function namesAndInfo(): Promise<string> {
  const rows = (await readStored(scene.bed)).map(({ model_name, model_info: { max_tokens, mode, notes } }) =>
    JSON.stringify([model_name, max_tokens, mode, notes].filter((value) => value !== undefined)),
  );
  return `[${rows.toSorted().join()}]`;
}
