import type { Registration } from './registration.ts';
import type { RightsRule } from './rights.ts';
import type { SecretRef } from './secret.ts';
import type { Unready } from './unready.ts';

/** Why something about an object cannot be used; each becomes a Warning Event of that reason on the object. */
export interface Problem {
  reason: 'InvalidAnnotation' | 'NotAllowed' | 'NotRoutable' | 'Rejected';
  /** A plain sentence for the object's owner: what is wrong, with which value, and what is allowed. */
  message: string;
  /** The administrator's rule that it breaks, where it is one. */
  rule?: RightsRule;
}

/** Which parts of the registrations are not certain: rows that stand keep what they have of them. */
export interface Doubt {
  servedName: boolean;
  /** The public names too, since they are the served name. */
  names: boolean;
  basePath: boolean;
  mode: boolean;
  /** The context length. */
  length: boolean;
}

/**
 * What the template of an object's pods tells. A change of it is what is wanted, and not yet what the pods are started by.
 */
export interface PodTemplate {
  /** All that it tells of served names and base path, to be compared alone. */
  tells: string;
  /** Of the template for which the object's status speaks: changes with it, and perhaps with other things too. */
  version: string;
}

/**
 * What a source object means now.
 *
 * - `serve`: LiteLLM should hold these registrations.
 * - `hold`: keep what is there, add nothing (not Ready, a dip, a rollout).
 * - `withdraw`: the object is going or was stopped: take its entries out at once.
 * - `ignore`: not ours (opted out, or never annotated): what is there is withdrawn.
 * - `invalid`: keep what is there and say why.
 *
 * `names` are the public names that the object declares in any state: an object that is held, stopped or invalid keeps its claim on them.
 */
export type Projection = {
  names: string[];
  /** Seen from a LiteLLM to which the object does not belong: what there is to tell of it is told by another. */
  elsewhere?: true;
} & (
  | {
      state: 'serve';
      registrations: Registration[];
      /** The Secret that holds the backend's key; without one the registrations say `not-needed`. */
      apiKeySecret?: SecretRef;
      /** Set where something that tells about the backend cannot be had now. */
      doubt?: Doubt;
      /** Set while a first registration has to wait (no copy has served yet); an object that has entries is kept in step all the same. */
      waitingFor?: string;
      /** True while old pods may stand behind the same address as new ones, or instead of them: a changed served name or base path is not taken over yet. */
      rollingOut: boolean;
      /** Where served name or base path come from it, and its version is known. */
      template?: PodTemplate;
      /** Beginning of the keys of objects with which it shares no name, though they are of one party: models of one server are different ones. */
      apartFrom?: string;
      warnings: Problem[];
    }
  /**
   * `unready`: what the owner wants of it meanwhile, where that is anything. `dueAt`: when time alone ends it, in milliseconds since 1970. `keepsFormer`: it is
   * Ready, and rows of an object that had its name before serve for it.
   */
  | { state: 'hold'; why: string; unready?: Unready; dueAt?: number; keepsFormer?: true }
  | { state: 'withdraw'; why: string }
  /** `optedOut`: the object itself says so. */
  | { state: 'ignore'; why: string; optedOut?: true }
  /** `unsafe`: what is registered would send calls where the object's author chooses, and is taken out. */
  | { state: 'invalid'; problems: [Problem, ...Problem[]]; unsafe?: true }
);
