import { afterEach, expect, test } from 'vitest';
import { rightGroups } from '../../../../src/commands/doctor/index.ts';
import { type RightsWatch, rightsOfRun, watchRights } from '../../../../src/commands/doctor/missing-rights.ts';
import { readSettings } from '../../../../src/config/index.ts';
import { type Connection, KubernetesError, type Right } from '../../../../src/kubernetes/index.ts';
import { inferenceService } from '../../../../src/sources/index.ts';
import { until } from '../../../support/wait.ts';

const connection = { server: 'https://cluster', inPod: true, namespace: 'own' } as unknown as Connection;
const HOUR_MS = 3_600_000;

let rights: RightsWatch | undefined;
let denied: (right: Right) => boolean;
let asked: Right[];
let lines: { level: string; message: string; fields: Record<string, unknown> }[];

function watch(namespaces: string[] = [], recheckMs = HOUR_MS): RightsWatch {
  [asked, lines] = [[], []];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, fields: { ...fields } });
  rights = watchRights({
    groups: rightGroups([inferenceService], namespaces),
    connection,
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    recheckMs,
    ask: async (_, right) => {
      asked.push(right);
      return !denied(right);
    },
  });
  return rights;
}

const told = (message: string) => lines.filter((line) => line.message === message).map(({ fields }) => fields);

afterEach(() => rights?.stop());

test('each missing right is named in one line, with the remedy, and is a figure', async () => {
  denied = ({ verb, resource }) => verb === 'watch' && resource === 'inferenceservices';
  const watching = watch();
  await until('it was asked', () => watching.missing.length > 0);
  expect(watching.missing).toMatchObject([{ verb: 'watch', resource: 'inferenceservices' }]);
  expect(told('a right is missing')).toEqual([
    {
      verb: 'watch',
      resource: 'inferenceservices',
      detail: 'This user may not watch inferenceservices, so that no model can be seen.',
      remedy: expect.stringContaining('kubectl apply -k manifests/default'),
    },
  ]);
});

test('several namespaces that lack the same are one line', async () => {
  denied = ({ verb, resource, namespace }) => verb === 'patch' && resource === 'events' && namespace !== 'b';
  const watching = watch(['a', 'b', 'c']);
  await until('it was asked', () => watching.missing.length > 0);
  expect(told('a right is missing')).toMatchObject([
    { verb: 'patch', resource: 'events', detail: expect.stringContaining('patch events in a; patch events in c') },
  ]);
});

test('what only some objects need is not asked for', async () => {
  denied = () => false;
  watch();
  await until('it was asked', () => asked.some(({ resource }) => resource === 'clusterservingruntimes'));
  expect(asked.map(({ resource }) => resource)).not.toContain('secrets');
});

test('while something is missing it is asked again, until it is granted; then no more', async () => {
  denied = ({ resource }) => resource === 'events';
  const watching = watch([], 10);
  await until('it was asked again', () => asked.filter(({ resource }) => resource === 'events').length > 6);
  expect(told('a right is missing')).toHaveLength(2);
  denied = () => false;
  await until('nothing is missing', () => watching.missing.length === 0);
  expect(told('a right that was missing is granted')).toEqual([
    { verb: 'create', resource: 'events' },
    { verb: 'patch', resource: 'events' },
  ]);
  const questions = asked.length;
  denied = () => true;
  // Longer than the time after which it would ask again, by the same clock.
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(asked).toHaveLength(questions);
  watching.lookAgain();
  await until('it was asked for all', () => watching.missing.length > 0);
});

test('an API server that cannot be asked is asked again, and tells nothing of rights', async () => {
  let away = true;
  denied = () => {
    if (away) throw new KubernetesError('unreachable', 'https://cluster cannot be reached.');
    return true;
  };
  const watching = watch([], 10);
  await until('it was asked again', () => asked.length > 3);
  expect(watching.missing).toEqual([]);
  expect(lines.filter(({ level }) => level !== 'debug')).toEqual([]);
  away = false;
  await until('it is known', () => watching.missing.length > 0);
});

test('the Lease is asked for where there is an election, and a dry run needs neither it nor Events', () => {
  const ids = (flags: Record<string, unknown>) =>
    rightsOfRun([inferenceService], readSettings({ flags, environment: {} }), connection).map(({ id }) => id);
  expect(ids({})).toContain('rights-lease');
  expect(ids({})).toContain('rights-events');
  expect(ids({ 'leader-elect': false })).not.toContain('rights-lease');
  expect(ids({ 'dry-run': true })).not.toContain('rights-lease');
  expect(ids({ 'dry-run': true })).not.toContain('rights-events');
  expect(ids({})).toContain('rights-deployment');
  expect(ids({ 'dry-run': true })).not.toContain('rights-deployment');
});
