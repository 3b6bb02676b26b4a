import type { Manifest, Place, Served } from './manifest.ts';

/** A chapter of the story: what is done, step by step, and what has to come of it. */
export interface Scene {
  title: string;
  /** One plain sentence: what happens, and why it matters. */
  tells: string;
  steps: readonly Step[];
}

export interface Step {
  deed: Deed;
  expected: Expected;
  /** Said once it came out as expected: for what the controller does without a word. */
  told?: string;
}

/** What somebody does: a user, KServe, or an administrator of LiteLLM. */
export type Deed =
  | { kind: 'apply'; manifest: Manifest }
  /** `kubectl replace --force`: deleted and made again, under another uid. */
  | { kind: 'recreate'; manifest: Manifest }
  /** Annotations of ours, without their prefix. */
  | { kind: 'annotate'; object: Place; annotations: Readonly<Record<string, string>> }
  | { kind: 'delete'; object: Place }
  /** KServe's controller writes a status. */
  | { kind: 'status'; object: Place; served: Served }
  /** Somebody deletes a model in LiteLLM. */
  | { kind: 'delete-model'; publicName: string };

/** What must be seen after a step. */
export interface Expected {
  /** Every model of LiteLLM's by public name, one row each. */
  models: Readonly<Record<string, ExpectedModel>>;
  /** Every Event that the step brings: its reason and the object, for example `Registered llm/qwen`. None unless told. */
  events?: readonly string[];
  /** How many objects the controller counts in these states, by its own figures. */
  objects?: Readonly<Record<string, number>>;
  /** How many calls may have written to LiteLLM, where that is the point. */
  writes?: number;
  /** The public name whose row must be another one than before the step. */
  freshRow?: string;
}

export interface ExpectedModel {
  /** `namespace/name` of the object; `undefined` for a model that somebody added by hand. */
  from: string | undefined;
  mode?: string;
  tokens?: number;
}
