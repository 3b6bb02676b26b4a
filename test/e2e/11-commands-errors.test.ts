import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen } from '../bed/base/index.ts';
import { runProgram, startProgram } from './program.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
/** Takes connections and never says a word. */
let silent: Server;
let places: Record<string, string>;

beforeAll(async () => {
  scene = await openScene();
  silent = createServer(() => undefined);
  const silentPort = await listen(silent);
  const notLiteLlm = await scene.bed.startModelServer({ served: [] });
  const { kubeconfigPath, server } = scene.bed.kubernetes;
  const kubeconfig = await readFile(kubeconfigPath, 'utf8');
  const write = async (name: string, text: string): Promise<string> => {
    const file = `${scene.keyFile}-${name}`;
    await writeFile(file, text);
    return file;
  };
  places = {
    kubeconfig: kubeconfigPath,
    litellm: scene.bed.litellm.url,
    key: scene.keyFile,
    notLiteLlm: `http://127.0.0.1:${notLiteLlm.port}`,
    down: await write('down', kubeconfig.replaceAll(server, 'https://127.0.0.1:9')),
    silent: await write('silent', kubeconfig.replaceAll(server, `https://127.0.0.1:${silentPort}`)),
    silentLiteLlm: `http://127.0.0.1:${silentPort}`,
    stranger: await scene.bed.kubernetes.kubeconfigFor('no-such-token'),
    noYaml: await write('no-yaml', 'clusters: ['),
    empty: await write('empty', '\n'),
    wrongKey: await write('wrong', 'sk-no-such-key'),
    config: await write('config.yaml', 'resync-interval: 60\nlitellm_url: x\n'),
    inUse: `127.0.0.1:${silentPort}`,
  };
});

afterAll(async () => {
  silent.close();
  await scene.close();
});

/** The command line of a case: `{name}` stands for a place. */
function words(line: string): string[] {
  return line.split(' ').map((word) => word.replace(/\{(\w+)\}/g, (_, name: string) => places[name] ?? name));
}

const LITELLM = '--litellm-url={litellm} --litellm-key-file={key}';
const CLUSTER = '--kubeconfig={kubeconfig} --owner-id=test';

/** What is wrong, the command line, and what is said: one sentence on what is wrong and what to do next. */
const CASES: [string, string, RegExp][] = [
  ['an unknown flag', `plan --litelm-url=x`, /unknown option '--litelm-url=x'\n\(Did you mean --litellm-url\?\)/],
  ['an unknown command', 'plann', /unknown command 'plann'\n\(Did you mean plan\?\)/],
  [
    'a wrong value',
    `run ${CLUSTER} ${LITELLM} --resync-interval=soon`,
    /--resync-interval must be a duration such as .*, but is "soon"/,
  ],
  ['a wrong choice', 'plan -o yaml', /argument 'yaml' is invalid. Allowed choices are table, json/],
  [
    'wrong settings in a file',
    `sync ${CLUSTER} --config={config}`,
    /:\d+: litellm_url is not known: the names of settings/,
  ],
  ['no such settings file', `sync --config=/no/such/file`, /\/no\/such\/file, cannot be read: check its path/],
  [
    'no LiteLLM',
    `plan ${CLUSTER}`,
    /LiteLLM's address is missing: give it with --litellm-url or MODEL_REGISTRAR_LITELLM_URL/,
  ],
  [
    'no key',
    `run ${CLUSTER} --litellm-url={litellm}`,
    /LiteLLM's key is missing: give a file .* or set MODEL_REGISTRAR_LITELLM_KEY/,
  ],
  [
    'no such key file',
    `plan ${CLUSTER} --litellm-url={litellm} --litellm-key-file=/no/key`,
    /the key file, \/no\/key, cannot be read/,
  ],
  [
    'an empty key file',
    `plan ${CLUSTER} --litellm-url={litellm} --litellm-key-file={empty}`,
    /the key in \S+ is empty/,
  ],
  [
    'a wrong key',
    `sync ${CLUSTER} --litellm-url={litellm} --litellm-key-file={wrongKey}`,
    /refused the key \(401\): check its key \(--litellm-key-file/,
  ],
  [
    'LiteLLM down',
    `plan ${CLUSTER} --litellm-url=http://127.0.0.1:9 --litellm-key-file={key}`,
    /LiteLLM cannot be reached: check its address \(--litellm-url.*ECONNREFUSED/,
  ],
  [
    'LiteLLM hung',
    `sync ${CLUSTER} --litellm-url={silentLiteLlm} --litellm-key-file={key} --litellm-timeout=500ms`,
    /LiteLLM did not answer in time/,
  ],
  [
    'something else than LiteLLM',
    `plan ${CLUSTER} --litellm-url={notLiteLlm} --litellm-key-file={key}`,
    /check that its address \(--litellm-url, .* is that of the proxy itself/,
  ],
  [
    'no such kubeconfig',
    `run ${LITELLM} --kubeconfig=/no/kubeconfig`,
    /The kubeconfig \/no\/kubeconfig does not exist; check the path/,
  ],
  ['a broken kubeconfig', `plan ${LITELLM} --kubeconfig={noYaml}`, /is not valid YAML.*; correct it/],
  [
    'no such context',
    `plan ${LITELLM} --kubeconfig={kubeconfig} --context=mars`,
    /has no context mars; name one that it has/,
  ],
  ['no cluster', `plan ${LITELLM}`, /No Kubernetes cluster was found/],
  [
    'API server down, at plan',
    `plan ${LITELLM} --kubeconfig={down} --owner-id=test`,
    /127.0.0.1:9 cannot be reached for .*; check that the API server is up/,
  ],
  [
    'API server down, at sync',
    `sync ${LITELLM} --kubeconfig={down} --owner-id=test`,
    /127.0.0.1:9 cannot be reached for .*; check that the API server is up/,
  ],
  [
    'API server down, at run',
    `run ${LITELLM} --kubeconfig={down}`,
    /127.0.0.1:9 cannot be reached for .*; check that the API server is up/,
  ],
  [
    'a token that nobody knows',
    `plan ${LITELLM} --kubeconfig={stranger} --owner-id=test`,
    /the credentials are not accepted; renew the token/,
  ],
  [
    'an address in use',
    `run ${CLUSTER} ${LITELLM} --listen={inUse}`,
    /Something else listens at 127.0.0.1:\d+ already: stop it, or choose another/,
  ],
];

describe('commands: what is wrong is one plain sentence with the next step', () => {
  test.each(CASES)('%s', async (_, line, said) => {
    const { code, stdout, stderr } = await runProgram(words(line), { withinMs: 20_000 });
    // What sync and run did until then stands in their log, a line of JSON each.
    const told = stderr.replace(/^\{.*\}\n/gm, '');
    expect({ code, stdout, told }).toEqual({ code: 1, stdout: '', told: expect.stringMatching(said) });
    expect(told).toMatch(/^error: /);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

test.each(['', 'run', 'sync', 'plan', 'sandbox'])('commands: --help of "%s" has examples', async (name) => {
  const { code, stdout, stderr } = await runProgram([...(name ? [name] : []), '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^Usage: model-registrar ${name}`));
  expect(stdout).toMatch(/^Examples:\n(?:.*\n)*? +\$ (?:\w+=\S+ )?model-registrar \w+/m);
});

test('commands: SIGTERM ends a controller that waits for an API server that hangs, with exit code 0', async () => {
  const program = startProgram(words(`run ${LITELLM} --kubeconfig={silent}`), { withinMs: 10_000 });
  await new Promise((resolve) => silent.once('connection', resolve));
  program.kill('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0 });
});
