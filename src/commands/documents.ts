import { z } from 'zod';
import { ConfigFile } from '../config/index.ts';
import { BackendsFile } from '../sources/index.ts';
import { AdoptDocument, WithdrawDocument } from './adoption/index.ts';
import { AnnotationsDocument, KserveAppliedDocument, KserveListDocument } from './annotations/index.ts';
import { DoctorDocument } from './doctor/index.ts';
import { ExplainDocument } from './explain/index.ts';
import { ListDocument } from './list/index.ts';
import { PlanDocument } from './plan-output.ts';

/** What one command prints with `-o json`. */
interface PrintedDocument {
  /** The command, as it is typed. */
  command: string;
  schema: z.ZodType;
}

/** Every document that is printed with `-o json`, by the name of its schema's file. */
export const DOCUMENTS = {
  plan: { command: 'plan', schema: PlanDocument },
  list: { command: 'list', schema: ListDocument },
  adopt: { command: 'adopt', schema: AdoptDocument },
  withdraw: { command: 'withdraw', schema: WithdrawDocument },
  explain: { command: 'explain', schema: ExplainDocument },
  doctor: { command: 'doctor', schema: DoctorDocument },
  annotations: { command: 'annotations', schema: AnnotationsDocument },
  'annotations-kserve': { command: 'annotations --kserve', schema: KserveListDocument },
  'annotations-kserve-apply': { command: 'annotations --kserve --apply', schema: KserveAppliedDocument },
} as const satisfies Record<string, PrintedDocument>;

/** Every file that somebody writes for a command, by the name of its schema's file. */
const FILES = {
  backends: { title: 'The file of --backends', schema: BackendsFile },
  config: { title: 'The file of --config', schema: ConfigFile },
} as const satisfies Record<string, { title: string; schema: z.ZodType }>;

/** The JSON Schemas by file name: what `docs/schemas/` holds. Within a minor version, fields are added and none is taken away. */
export function jsonSchemas(): Record<string, string> {
  const printed = Object.entries<PrintedDocument>(DOCUMENTS).map(([name, { command, schema }]) => {
    const title = `model-registrar ${command} -o json`;
    return asFile(name, { title, ...z.toJSONSchema(schema, { override: open }) });
  });
  const written = Object.entries(FILES).map(([name, { title, schema }]) =>
    asFile(name, { title, ...z.toJSONSchema(schema, { io: 'input' }) }),
  );
  return Object.fromEntries([...printed, ...written]);
}

function asFile(name: string, schema: object): [string, string] {
  return [`${name}.schema.json`, `${JSON.stringify(schema, undefined, 2)}\n`];
}

/** Tests hold each command to exactly its fields; a reader has to bear with further ones. */
function open({ jsonSchema }: { jsonSchema: { additionalProperties?: unknown } }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}
