import { relative } from 'node:path';
import type { Printer } from './printer.ts';
import { spare } from './scenes.ts';
import type { Stage } from './stage.ts';

/** Something to try: what it does, and the commands, each in parts that a line break may part. */
export interface Hint {
  does: string;
  commands: readonly (readonly string[])[];
}

/** How this process was started. */
export interface Invocation {
  /** The script, as `process.argv[1]`. */
  script: string;
  folder: string;
  environment: NodeJS.ProcessEnv;
}

/** What there is to try while the sandbox stays up. Every line works as it is printed, in another terminal. */
export function hintsFor(
  { kubernetes, litellm, controllerUrl, folder, kubeconfig, configFile }: Stage,
  program: string,
): Hint[] {
  const key = `-H 'Authorization: Bearer ${litellm.masterKey}'`;
  const own = `${spare.name} -n ${spare.namespace}`;
  const json = "-H 'Content-Type: application/json'";
  const chat = `-d '{"model":"qwen3-research","messages":[{"role":"user","content":"Hi"}]}'`;
  return [
    { does: 'The models that LiteLLM offers', commands: [[`curl -s ${litellm.url}/v1/models`, key]] },
    {
      does: 'A chat call; the answer names the entry that it went to',
      commands: [[`curl -s ${litellm.url}/v1/chat/completions`, key, json, chat]],
    },
    {
      does: 'The InferenceServices, from the Kubernetes API',
      commands: [[`curl -s ${kubernetes.url}/apis/serving.kserve.io/v1beta1/inferenceservices`]],
    },
    {
      does: 'How the controller is, and what it counts',
      commands: [
        [`curl -s ${controllerUrl}/readyz`],
        [`curl -s ${controllerUrl}/metrics`, '| grep ^model_registrar_registrations'],
      ],
    },
    {
      does: 'With kubectl, as in a cluster; an InferenceService that you apply becomes Ready by itself',
      commands: [
        [`export KUBECONFIG=${kubeconfig}`],
        ['kubectl get isvc --all-namespaces'],
        [`kubectl apply -f ${folder}/${spare.file}`],
        [`kubectl annotate isvc ${own} --overwrite`, 'model-registrar.io/model-name=mistral,mistral-small'],
        [`kubectl describe isvc ${own}`],
        [`kubectl delete isvc ${own}`],
      ],
    },
    {
      does: 'What the controller has left to do: nothing, while all is in step',
      commands: [[`${program} plan`, `--config ${configFile}`]],
    },
  ];
}

/** How a user calls this program by hand, as it was called now. */
export function programName({ script, folder, environment }: Invocation): string {
  if (!script.endsWith('.ts')) return 'model-registrar';
  // npm puts the Node of the project on its path; the machine's own may be an older one.
  const node = environment.npm_lifecycle_event === undefined ? 'node' : 'npx node';
  return `${node} ${relative(folder, script)}`;
}

/** Prints them all, and how it ends. */
export function printHints(printer: Printer, hints: readonly Hint[]): void {
  printer.heading('Look around, in another terminal');
  for (const { does, commands } of hints) printer.hint(does, commands);
  printer.heading('What changes is shown here. Ctrl-C ends it.');
}
