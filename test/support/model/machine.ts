import { setTimeout as pause } from 'node:timers/promises';
import type { Row, SandboxKubernetes, SandboxLiteLlm } from '../../../src/sandbox/index.ts';
import { until } from '../wait.ts';
import { FAULTS } from './faults.ts';
import { ON_OBJECTS } from './on-objects.ts';
import { ON_ROWS } from './on-rows.ts';
import { createRandom, type Random } from './random.ts';
import { Reference } from './reference.ts';

/** The controllers between the servers, and what can be done to them. */
export interface Controllers {
  /** Another process is there afterwards. Without it none is ever killed. */
  crash?(): Promise<void>;
  /** As SIGTERM; another process is there afterwards. */
  restart?(): Promise<void>;
  /** The last that they logged. */
  logs(): string[];
}

/** What operations work on. */
export interface Machine {
  random: Random;
  kubernetes: SandboxKubernetes;
  litellm: SandboxLiteLlm;
  controllers: Controllers;
  reference: Reference;
  /** How many objects there may be. */
  objects: number;
  /** Objects to which something happened since the last rest. */
  touched: Set<string>;
  /** LiteLLM has lost its database; who plays the rest of the world still reaches it. */
  databaseDown: boolean;
  /** What was done, one line each. */
  history: string[];
}

export interface MachineOptions {
  seed: number;
  kubernetes: SandboxKubernetes;
  litellm: SandboxLiteLlm;
  controllers: Controllers;
  objects?: number;
  /** The longest time between two operations, in milliseconds. */
  pauseMs?: number;
}

export interface Play {
  readonly machine: Machine;
  /** Does so many operations at random, and then lets everything come to rest. @throws Error with the seed and what was done where LiteLLM is not as it must be */
  round(operations: number): Promise<void>;
}

const QUIET_LISTS = 5;

const OPERATIONS = [...ON_OBJECTS, ...ON_ROWS, ...FAULTS];

/** How much of what was done is printed when something is wrong. */
const TOLD = 80;

/** Operations at random between a sandbox's servers, and the reference that says what must come of them. */
export function createPlay({ seed, pauseMs = 25, objects = 6, ...parts }: MachineOptions): Play {
  const random = createRandom(seed);
  const reference = new Reference();
  const machine: Machine = {
    ...parts,
    random,
    reference,
    objects,
    touched: new Set(),
    databaseDown: false,
    history: [],
  };
  const { litellm, kubernetes, history } = machine;
  const weights = OPERATIONS.flatMap((operation) => Array.from({ length: operation.weight }, () => operation));
  let wrong: string[] = [];
  let doing = false;

  // Calls come one after the other as the rows are: each is met by what the calls before it left.
  const record = litellm.calls.record.bind(litellm.calls);
  litellm.calls.record = (...call) => {
    look(`before ${call[1]} ${call[2]}`);
    return record(...call);
  };

  /** While an operation is half done, the rows and the reference need not agree. */
  function look(when: string): void {
    if (doing || wrong.length > 0) return;
    wrong = reference.wrongAlways(rows()).map((what) => `${when}: ${what}`);
  }

  function rows(): readonly Row[] {
    litellm.setDatabaseDown(false);
    try {
      return litellm.rows();
    } finally {
      litellm.setDatabaseDown(machine.databaseDown);
    }
  }

  async function round(operations: number): Promise<void> {
    for (let count = 0; count < operations; count += 1) await step();
    await rest();
  }

  async function step(): Promise<void> {
    look('before the next operation');
    if (wrong.length > 0) throw failure(wrong);
    doing = true;
    let told: string | undefined;
    for (let attempt = 0; told === undefined && attempt < 20; attempt += 1) {
      litellm.setDatabaseDown(false);
      const done = random.pick(weights).act(machine);
      litellm.setDatabaseDown(machine.databaseDown);
      // What takes its time leaves the rows alone.
      doing = !(done instanceof Promise);
      told = await done;
    }
    doing = false;
    history.push(told ?? 'nothing');
    if (random.chance(0.6)) await pause(random.below(pauseMs));
  }

  async function rest(): Promise<void> {
    litellm.faults.clear();
    kubernetes.faults.clear();
    kubernetes.watches.drop(false);
    machine.databaseDown = false;
    litellm.setDatabaseDown(false);
    history.push('— rest');
    let last: string[] = [];
    const asItMustBe = async (): Promise<boolean> => {
      last = [...wrong, ...reference.wrongAtRest(rows())];
      if (wrong.length > 0) return true;
      if (last.length > 0) return false;
      const quiet = await isQuiet();
      last = quiet ? reference.wrongAtRest(rows()) : ['it goes on writing though all is as it must be', ...lastCalls()];
      return last.length === 0;
    };
    await until('LiteLLM is as it must be', asItMustBe, 30_000).catch((error: unknown) => {
      if (last.length === 0) last = [String(error)];
    });
    if (last.length > 0) throw failure(last);
    reference.rested(rows());
    machine.touched.clear();
  }

  /** No write while so many lists are read that all which waits has had its time. */
  async function isQuiet(): Promise<boolean> {
    const writes = (): number => ['new', 'update', 'delete'].reduce((sum, one) => sum + litellm.calls.count(one), 0);
    const [before, lists] = [writes(), litellm.calls.count('list')];
    await until('LiteLLM is asked for its list', () => litellm.calls.count('list') >= lists + QUIET_LISTS, 20_000);
    return writes() === before;
  }

  function lastCalls(): string[] {
    const calls = litellm.calls.list().filter(({ operation }) => operation !== 'list');
    return calls.slice(-15).map(({ method, path, status }) => `${method} ${path}: ${status}`);
  }

  function failure(what: string[]): Error {
    return new Error(
      [
        `seed ${seed}, after ${history.length} operations:`,
        ...what.map((line) => `  ${line}`),
        'The last operations:',
        ...history.slice(-TOLD).map((line) => `  ${line}`),
        'The rows:',
        ...rows().map((row) => `  ${row.model_id} ${row.model_name}${row.blocked ? ' (blocked)' : ''}`),
        'The objects:',
        ...[...reference.models].map(([place, model]) => `  ${place} ${JSON.stringify(model)}`),
        'The last of the log:',
        ...machine.controllers.logs().map((line) => `  ${line}`),
      ].join('\n'),
    );
  }

  return { machine, round };
}
