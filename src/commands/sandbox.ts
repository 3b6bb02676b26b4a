import { Command, InvalidArgumentError, Option } from 'commander';
import { createLogger, LOG_LEVELS, type LogLevel } from '../telemetry/index.ts';
import type { Exit } from './options.ts';
import { layoutOf, type Output, programName, runSandbox } from './sandbox/index.ts';
import { stopSignal } from './stop-signal.ts';

/** Time to read a scene on a terminal, in seconds. */
const READING_SECONDS = 1.5;

const EXAMPLES = `
Examples:
  The story, at a reader's pace, and then servers to play with until Ctrl-C:
  $ model-registrar sandbox

  A check for CI: nothing but the story, 0 if all of it came out as told, else 1:
  $ model-registrar sandbox --once

  On known ports, with the controller's log:
  $ model-registrar sandbox --port-kubernetes 6443 --port-litellm 4000 --listen 127.0.0.1:8080 --log-level info

Exit codes: 0 all came out as told, 1 not.`;

/** `model-registrar sandbox`: the main job, shown with nothing installed but Node. */
export function sandboxCommand(exit: Exit): Command {
  const command = new Command('sandbox').description(
    'Try it: an in-memory Kubernetes API and LiteLLM on this machine, the real controller between them, a story that is played, and then all of it to play with.',
  );
  command
    .option('--once', 'End after the story: 0 if all of it came out as told, else 1.')
    .addOption(
      new Option(
        '--pause <seconds>',
        `Time to read each scene. (default ${READING_SECONDS} on a terminal; none with --once or without a terminal)`,
      ).argParser(seconds),
    )
    .addOption(
      new Option(
        '--port-kubernetes <port>',
        'Port of the Kubernetes API on 127.0.0.1. (default: a free one)',
      ).argParser(port),
    )
    .addOption(
      new Option('--port-litellm <port>', 'Port of LiteLLM on 127.0.0.1. (default: a free one)').argParser(port),
    )
    .addOption(
      new Option(
        '--listen <address>',
        'Where the controller serves /metrics, /healthz and /readyz. (default: 127.0.0.1 and a free port)',
      ),
    )
    .addOption(
      new Option('--log-level <level>', 'Show the log of the controller on standard error. (default: no log)').choices(
        LOG_LEVELS,
      ),
    )
    .addHelpText('after', EXAMPLES);
  return command.action(async () => exit(await sandbox(command.opts<Flags>())));
}

interface Flags {
  once?: true;
  pause?: number;
  portKubernetes?: number;
  portLitellm?: number;
  listen?: string;
  logLevel?: LogLevel;
}

async function sandbox(flags: Flags): Promise<number> {
  const { once = false, portKubernetes = 0, portLitellm = 0, listen = '127.0.0.1:0', logLevel = 'silent' } = flags;
  const isWatched = process.stdout.isTTY && !once;
  const stopping = stopSignal();
  // Nobody reads on: `| head`.
  process.stdout.on('error', () => stopping.abort());
  return runSandbox({
    once,
    listen,
    ports: { kubernetes: portKubernetes, litellm: portLitellm },
    pauseMs: 1000 * (flags.pause ?? (isWatched ? READING_SECONDS : 0)),
    log: createLogger({ level: logLevel, format: process.stderr.isTTY ? 'pretty' : 'json' }),
    output: standardOutput(),
    program: programName({ script: process.argv[1] ?? '', folder: process.cwd(), environment: process.env }),
    signal: stopping.signal,
  });
}

function standardOutput(): Output {
  return {
    write: (text) => void process.stdout.write(text),
    layout: () => layoutOf(process.stdout, process.env),
  };
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It must be a number from 0 to 65535.');
}

function seconds(text: string): number {
  if (/^\d{1,3}(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number of seconds, such as 0.5.');
}
