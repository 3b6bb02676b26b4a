import { z } from 'zod';
import type { Decision } from '../../controller/index.ts';
import { type Json, type Judgement, type ModelRecord, sourceKey, visible } from '../../registration/index.ts';
import { allHeld, HeldDeletes, InLiteLlm } from '../held-output.ts';

const ListedModel = z.strictObject({
  name: z.string().describe('The public name.'),
  id: z.string().describe('The id of the row in LiteLLM.'),
  owner: z
    .enum(['ours', 'other', 'hand-made', 'config-file'])
    .describe('Who made it: this owner id, another one, somebody by hand, or LiteLLM’s config file.'),
  ownerId: z.string().optional(),
  source: z.string().optional().describe('kind/namespace/name of the object that it stands for.'),
  model: z.string().describe('LiteLLM’s provider and the served name.'),
  apiBase: z.string().optional().describe('Without credentials and query.'),
  blocked: z.boolean().describe('Switched off in LiteLLM.'),
  litellm: InLiteLlm,
});
export type ListedModel = z.output<typeof ListedModel>;

const ListedObject = z.strictObject({
  source: z.string().describe('kind/namespace/name'),
  registered: z.boolean().describe('True: it has a row, and something is wrong all the same.'),
  state: z
    .enum(['pending', 'live', 'saved', 'held', 'down', 'conflict', 'invalid', 'rejected', 'ignored'])
    .describe('pending: to be registered at the next pass; held: keeps its row; down: waits; ignored: not ours.'),
  reasons: z.array(z.string()),
  litellm: InLiteLlm,
});
export type ListedObject = z.output<typeof ListedObject>;

/** What `list -o json` prints. */
export const ListDocument = z.strictObject({
  ownerId: z.string().describe('The owner id of this installation.'),
  models: z.array(ListedModel).describe('Every model in LiteLLM.'),
  objects: z.array(ListedObject).describe('Every object that is not registered, and those with a problem.'),
  held: HeldDeletes.optional().describe('Deletes that are held; plan shows each of them.'),
  alsoHeld: z.array(HeldDeletes).optional().describe('Where there are several LiteLLMs: those held at further ones.'),
  unread: z
    .array(z.string())
    .describe('Sources and LiteLLMs that could not be read: their objects and models are not listed.'),
  litellms: z.array(z.string()).describe('The LiteLLMs that were looked at.'),
});
export type ListDocument = z.output<typeof ListDocument>;

/** What was found in one LiteLLM. */
export interface ListPart {
  litellm: string;
  /** The owner id there. */
  owner: string;
  rows: readonly ModelRecord[];
  decisions: readonly Decision[];
  judgement: Judgement | undefined;
}

/** Puts the rows of each LiteLLM and the objects together. @param ownerId - of the installation */
export function listDocument(ownerId: string, parts: readonly ListPart[], unread: string[]): ListDocument {
  const listed = parts.map(listedPart);
  return {
    ownerId,
    models: listed
      .flatMap(({ models }) => models)
      .sort((one, other) => compare(one.name, other.name) || compare(one.id, other.id)),
    objects: listed
      .flatMap(({ objects }) => objects)
      .filter((object) => !object.registered || object.reasons.length > 0)
      .sort((one, other) => compare(one.source, other.source)),
    ...allHeld(parts),
    unread,
    litellms: parts.map(({ litellm }) => litellm),
  };
}

function listedPart({ litellm, owner, rows, decisions }: ListPart) {
  const models = rows.map((row): ListedModel => ({ ...listedModel(owner, row), litellm }));
  const registered = new Set(models.flatMap((model) => (model.owner === 'ours' ? (model.source ?? []) : [])));
  const objects = decisions
    // Another LiteLLM's, whose part tells of it; a row that stands here all the same is among the models.
    .filter(({ elsewhere }) => !elsewhere)
    .map((decision): ListedObject => ({ ...listedObject(decision, registered), litellm }));
  return { models, objects };
}

/** Names of others' rows may hold anything: what a terminal would obey is spelled out. */
function listedModel(
  owner: string,
  { id, publicName, params, stored, blocked, stamp }: ModelRecord,
): Omit<ListedModel, 'litellm'> {
  const apiBase = withoutCredentials(params.api_base);
  return {
    name: visible(publicName),
    id: visible(id),
    owner: !stored ? 'config-file' : !stamp ? 'hand-made' : stamp.owner === owner ? 'ours' : 'other',
    ...(stored && stamp && { ownerId: visible(stamp.owner), source: visible(stamp.source) }),
    model: visible(typeof params.model === 'string' ? params.model : ''),
    ...(apiBase !== undefined && { apiBase }),
    blocked,
  };
}

/** A row that was made by hand may carry a password in its address. */
function withoutCredentials(address: Json | undefined): string | undefined {
  if (typeof address !== 'string') return undefined;
  const url = URL.parse(address);
  return url?.host ? visible(`${url.protocol}//${url.host}${url.pathname}`.replace(/\/$/, '')) : undefined;
}

function listedObject(decision: Decision, registered: ReadonlySet<string>): Omit<ListedObject, 'litellm'> {
  const source = sourceKey(decision.source);
  const isRegistered = registered.has(source);
  const pending = !isRegistered && decision.plan.changes.some(({ kind }) => kind === 'create');
  const reasons = [
    ...decision.problems.map(({ reason, message }) => `${reason}: ${message}`),
    ...(pending ? ['it is registered at the next pass of the controller, or by sync'] : []),
    // A row that is kept while its object has a dip is no problem.
    ...(!isRegistered && decision.why !== undefined ? [decision.why] : []),
  ];
  const state = pending ? 'pending' : decision.state === 'none' ? 'ignored' : decision.state;
  return { source, registered: isRegistered, state, reasons: reasons.map(visible) };
}

/** By code points: the same everywhere. */
function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
