import type { Machine } from './machine.ts';
import type { Operation } from './operation.ts';

/** What goes wrong with the servers and with the controller. */
export const FAULTS: readonly Operation[] = [
  { weight: 8, act: breakLiteLlm },
  { weight: 1, act: breakDatabase },
  { weight: 4, act: breakKubernetes },
  { weight: 1, act: crash },
  { weight: 1, act: restart },
];

function breakLiteLlm({ random, litellm }: Machine): string {
  const on = random.pick(['new', 'update', 'delete', 'search', 'list', undefined]);
  const times = 1 + random.below(3);
  const effect = random.pick([
    { kind: 'cut', after: true },
    { kind: 'cut', after: true },
    { kind: 'cut' },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 500, after: true },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 403 },
    { kind: 'status', status: 502, body: '<html>Bad Gateway</html>' },
    { kind: 'status', status: 429, retryAfterSeconds: 0.05 },
    { kind: 'hang' },
    { kind: 'hang', after: true },
    { kind: 'cut-midway' },
    { kind: 'delay', milliseconds: 40 },
  ] as const);
  litellm.faults.inject({ ...(on && { on }), effect, times });
  return `LiteLLM: ${times} × ${on ?? 'any call'} ${JSON.stringify(effect)}`;
}

function breakDatabase(machine: Machine): string {
  const down = machine.random.chance(0.5);
  machine.databaseDown = down;
  return down ? 'LiteLLM loses its database' : 'LiteLLM has its database';
}

function breakKubernetes({ random, kubernetes }: Machine): string {
  const what = random.pick(['close', 'cut', 'forget', 'list', 'get'] as const);
  if (what === 'close') kubernetes.watches.close('inferenceservices');
  if (what === 'cut') kubernetes.watches.cut('inferenceservices', { inLine: random.chance(0.5) });
  if (what === 'forget') {
    kubernetes.forgetHistory();
    kubernetes.watches.close('inferenceservices');
  }
  if (what === 'list' || what === 'get')
    kubernetes.faults.inject({
      on: `${what} inferenceservices`,
      effect: { kind: 'status', status: random.pick([500, 503]) },
      times: 1 + random.below(3),
    });
  return `Kubernetes: ${what}`;
}

function crash({ controllers }: Machine): Promise<string> | undefined {
  return controllers.crash?.().then(() => 'the controller is killed, another one begins');
}

function restart({ controllers }: Machine): Promise<string> | undefined {
  return controllers.restart?.().then(() => 'the controller is stopped, another one begins');
}
