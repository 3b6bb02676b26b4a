import { DEFAULT_LITELLM, type LiteLlmSettings, type Settings } from '../../config/index.ts';
import { describeError } from '../../controller/index.ts';
import type { Connection } from '../../kubernetes/index.ts';
import { kindWord, readOptions, type StampedRecord } from '../../registration/index.ts';
import { counted } from '../output.ts';
import { PlainError } from '../plain-error.ts';
import { planDocument, planTable } from '../plan-output.ts';
import { stopSignal } from '../stop-signal.ts';
import { type Instance, logFor, openRooms, type Rooms } from '../wiring/index.ts';
import { bring, type Ending } from './bring.ts';
import { inFlags } from './flags.ts';
import { requireRights } from './rights.ts';
import { lookedAfterRef, refOf, subjectOf, urlObject, type Wanted } from './subject.ts';
import { takeOut } from './take-out.ts';
import { createWaiting, elapsed } from './waiting.ts';

export interface RegisterOptions {
  /** As if the LiteLLM were the only one. */
  settings: Settings;
  /** What holds for rows there. */
  litellm: Pick<LiteLlmSettings, 'accessGroups' | 'tags'>;
  /** Closed at the end. */
  connection: Connection;
  wanted: Wanted;
  timeoutMs: number;
  /** Take out instead. */
  deregister: boolean;
}

/** Registers one object, or takes it out, and tells people of it. @returns the exit code */
export async function registerOne(options: RegisterOptions): Promise<number> {
  const { wanted, deregister, connection } = options;
  const settings = settingsFor(options);
  if (!deregister && 'source' in wanted) await requireRights(connection, wanted).catch(closing(connection));
  let changed = Promise.withResolvers<void>();
  const { watched, view } = subjectOf(wanted);
  const rooms = await openRooms({
    settings,
    connection,
    subject: { view, ...(watched && !deregister && { watched }) },
    log: logFor({ ...settings, 'log-level': 'error' }),
    dryRun: settings['dry-run'],
    onChange: () => changed.resolve(),
  }).catch(closing(connection));
  try {
    if (deregister) return await deregistered(rooms, wanted, settings['dry-run']);
    return await registered(rooms, options, () => {
      changed = Promise.withResolvers();
      return changed.promise;
    });
  } finally {
    await rooms.close();
  }
}

/** It is about one object and one LiteLLM, whichever the environment of a controller would choose. */
function settingsFor({ settings, litellm, wanted: { namespace } }: RegisterOptions): Settings {
  const { accessGroups, tags } = litellm;
  const defaults = { name: DEFAULT_LITELLM, 'default-for': [], 'access-groups': [...accessGroups], tags: [...tags] };
  return {
    ...settings,
    litellms: [defaults],
    namespace: [namespace],
    backends: undefined,
    selector: undefined,
    selection: 'all',
    policy: 'sync',
  };
}

async function registered(rooms: Rooms, options: RegisterOptions, changed: () => Promise<void>): Promise<number> {
  const { wanted, settings, timeoutMs } = options;
  const source = refOf(wanted);
  const [instance] = rooms.instances;
  const { engine, registry, gate } = instance;
  if ('url' in wanted) engine.observe(source.kind, source.namespace, source.name, urlObject(wanted));
  const say = (message: string): string => inFlags(message, wanted.annotations, annotatedOf(rooms));
  const waiting = createWaiting({ subject: titleOf(wanted), stream: process.stderr });
  const stopping = stopSignal();
  const { signal } = stopping;
  let ending: Ending;
  try {
    ending = await bring({
      ...rooms,
      engine,
      registry,
      gate,
      source,
      lookedAfter: lookedAfterRef(wanted),
      dryRun: settings['dry-run'],
      timeoutMs,
      waits: (why) => waiting.tell(say(why)),
      changed,
      signal,
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new PlainError('It was interrupted. Nothing is lost: run it again to go on.');
  } finally {
    stopping.release();
    waiting.clear();
  }
  return tell(ending, wanted, timeoutMs, say, instance);
}

function tell(
  ending: Ending,
  wanted: Wanted,
  timeoutMs: number,
  say: (message: string) => string,
  { engine, name }: Instance,
): number {
  const title = titleOf(wanted);
  switch (ending.end) {
    case 'registered': {
      for (const warning of ending.warnings) console.error(`Warning: ${say(warning)}`);
      const done = ending.applied.some(({ result }) => result !== 'skipped');
      const models = namesOf(ending.records);
      console.log(
        done
          ? `LiteLLM serves ${models} for ${title}.`
          : `LiteLLM serves ${models} for ${title} already: nothing was changed.`,
      );
      const former = formerNames(ending);
      if (former) console.log(`${former} taken out of LiteLLM: no name of ${title} any more.`);
      return 0;
    }
    case 'planned': {
      for (const warning of ending.warnings) console.error(`Warning: ${say(warning)}`);
      const { judgement } = engine;
      const parts = judgement ? [{ litellm: name, decisions: [ending.decision], judgement }] : [];
      process.stdout.write(planTable(planDocument(parts, [])));
      return 0;
    }
    case 'looked-after': {
      const by = ending.records[0]?.stamp.source ?? '';
      console.log(
        `A controller looks after ${title}: LiteLLM serves ${namesOf(ending.records)} for ${by}. Nothing was changed; its annotations say how.`,
      );
      return passedOver(wanted, ending.records);
    }
    case 'refused': {
      for (const why of ending.why) console.error(`error: ${say(why)}`);
      return 1;
    }
    case 'timed-out': {
      console.error(`error: ${title} was waited for ${elapsed(timeoutMs)}: ${say(ending.why)}`);
      return 3;
    }
  }
}

async function deregistered(rooms: Rooms, wanted: Wanted, dryRun: boolean): Promise<number> {
  const title = titleOf(wanted);
  const { gone, failed, untried, kept } = await takeOut(
    rooms.instances[0],
    refOf(wanted),
    'url' in wanted ? wanted.url : undefined,
    dryRun,
  );
  for (const { record, error } of failed)
    console.error(`error: "${record.publicName}" (${record.id}): ${describeError(error).message}`);
  const left = failed.length + untried.length;
  if (left > 0) {
    console.error(`error: ${counted(left, 'model')} of ${title} left: run it again.`);
    return 1;
  }
  if (kept.length > 0) console.log(`Would take out ${namesOf(kept)} of ${title}.`);
  else if (gone.length > 0) console.log(`${namesOf(gone)} of ${title} taken out of LiteLLM.`);
  else console.log(`Nothing was registered for ${title} by this command: nothing was changed.`);
  return 0;
}

/** The annotations of the object itself. */
function annotatedOf({ reflectors }: Rooms): readonly string[] {
  const [object] = reflectors.flatMap(({ reflector }) => [...reflector.values()]);
  return object && 'annotated' in object && Array.isArray(object.annotated) ? object.annotated : [];
}

/** For people. */
function titleOf(wanted: Wanted): string {
  if ('url' in wanted) return wanted.url.replace(/\/\/.*@/, '//…@');
  return `${kindWord(wanted.source.kind)}/${wanted.name} in namespace ${wanted.namespace}`;
}

/** What flags ask for of an object that is a controller's. @returns 1 where a name that is asked for is not served */
function passedOver({ annotations }: Wanted, records: readonly StampedRecord[]): number {
  const asked = Object.keys(annotations).map((key) => inFlags(key, annotations));
  if (asked.length > 0) console.error(`Warning: ${asked.join(', ')} passed over: annotate the object instead.`);
  const names = readOptions(annotations).options.names ?? [];
  const missing = names.filter((name) => !records.some(({ publicName }) => publicName === name));
  if (missing.length === 0) return 0;
  console.error(`error: LiteLLM does not serve ${missing.map((name) => `"${name}"`).join(', ')} for it.`);
  return 1;
}

/** Of rows that went since the object is not to have their names any more. */
function formerNames({ applied, records }: Ending & { end: 'registered' }): string {
  const kept = new Set(records.map(({ publicName }) => publicName));
  const gone = applied.flatMap(({ change, result }) =>
    change.kind === 'delete' && result === 'deleted' ? change.record : [],
  );
  return namesOf(gone.filter(({ publicName }) => !kept.has(publicName)));
}

function namesOf(records: readonly Pick<StampedRecord, 'publicName'>[]): string {
  return [...new Set(records.map(({ publicName }) => `"${publicName}"`))].join(', ');
}

function closing(connection: Connection): (error: unknown) => Promise<never> {
  return async (error) => {
    await connection.close();
    throw error;
  };
}
