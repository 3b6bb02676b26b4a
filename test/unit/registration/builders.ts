import { buildEntry, type Entry, type ModelRecord, type StampedRecord } from '../../../src/registration/entry.ts';
import type { Change, Plan, ServeInput } from '../../../src/registration/plan.ts';
import type { Json, Registration, SourceRef } from '../../../src/registration/registration.ts';

/** The moment at which tests begin, in milliseconds since 1970. */
export const T0 = Date.parse('2026-03-01T12:00:00Z');

export const SETTLE_MS = 60_000;

export const OWNER = 'prod';

/** The object that most tests are about. */
export const SOURCE: SourceRef = { kind: 'inference-service', namespace: 'llm', name: 'qwen' };

export const UID = 'uid-1';

export function registration(publicName = 'qwen', more: Partial<Registration> = {}): Registration {
  return {
    publicName,
    provider: 'hosted_vllm',
    servedName: 'qwen',
    apiBase: 'http://qwen-predictor.llm.svc.cluster.local/openai/v1',
    params: { api_key: 'not-needed' },
    info: {},
    ...more,
  };
}

export interface RowWish {
  owner?: string;
  source?: SourceRef;
  uid?: string;
  registration?: Registration;
  generation?: number;
  since?: number;
  created?: number;
}

export function entry({ registration: wanted = registration(), ...wish }: RowWish = {}): Entry {
  const { owner = OWNER, source = SOURCE, uid = UID, generation = 1, since = T0 } = wish;
  const { created = since } = wish;
  return buildEntry({ owner, source, uid, registration: wanted, generation, since, created });
}

/** An entry as LiteLLM lists it once it was written: without `api_key`, and with what LiteLLM adds. */
export function asListed({ id, publicName, params, info, stamp }: Entry): StampedRecord {
  const { api_key: _hidden, ...shown } = params;
  return {
    id,
    publicName,
    params: { ...shown, use_in_pass_through: false },
    info: { ...info, id, db_model: true },
    stored: true,
    blocked: false,
    live: true,
    stamp,
  };
}

/** A row of ours as LiteLLM lists it. */
export function row(wish: RowWish = {}): StampedRecord {
  return asListed(entry(wish));
}

/** A row that somebody made by hand. */
export function handMade(publicName = 'qwen', more: Partial<ModelRecord> = {}): ModelRecord {
  return {
    id: 'by-hand',
    publicName,
    params: { model: 'bedrock/x' },
    info: {},
    stored: true,
    blocked: false,
    live: true,
    ...more,
  };
}

export function serveInput(more: Partial<ServeInput> = {}): ServeInput {
  return {
    owner: OWNER,
    source: SOURCE,
    uid: UID,
    granted: [registration()],
    refused: [],
    yielded: [],
    mayStart: true,
    records: [],
    now: T0,
    settleMs: SETTLE_MS,
    ...more,
  };
}

/** The same record with other parameters than were written, as after an edit in LiteLLM's UI. */
export function edited(record: StampedRecord, params: Record<string, Json>): StampedRecord {
  return { ...record, params: { ...record.params, ...params } };
}

/** A plan in short: `create ID`, `delete ID why`, … in its order. */
export function inShort({ changes }: Plan): string[] {
  return changes.map(changeInShort);
}

function changeInShort(change: Change): string {
  switch (change.kind) {
    case 'create':
      return `create ${change.entry.id} ${change.why}`;
    case 'update':
      return `update ${change.entry.id}`;
    case 'replace':
      return `replace ${change.record.id} by ${change.entry.id}`;
    case 'delete':
      return `delete ${change.record.id} ${change.why}`;
  }
}
