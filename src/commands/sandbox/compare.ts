import type { Model, Observation } from './observe.ts';
import type { Expected, ExpectedModel } from './scene.ts';

/**
 * What is not as a scene tells it, a sentence each; empty when all is.
 *
 * @param knownIds - the rows that were seen before the step
 */
export function discrepancies(expected: Expected, seen: Observation, knownIds: ReadonlySet<string>): string[] {
  return [
    ...modelProblems(expected.models, seen.models),
    ...eventProblems(expected.events ?? [], seen),
    ...objectProblems(expected.objects ?? {}, seen.objects),
    ...lookProblems(expected.events ?? [], seen),
    ...writeProblems(expected.writes, seen.writes),
    ...rowProblems(expected.freshRow, seen.models, knownIds),
    ...(seen.isHandMadeKept ? [] : ['The model that was added by hand was changed.']),
  ];
}

function modelProblems(expected: Expected['models'], models: readonly Model[]): string[] {
  const byName = Map.groupBy(models, ({ name }) => name);
  const surplus = [...byName.keys()].filter((name) => !Object.hasOwn(expected, name));
  return [
    ...surplus.map((name) => `LiteLLM serves "${name}", which is not expected.`),
    ...Object.entries(expected).flatMap(([name, wish]) => {
      const [row, ...more] = byName.get(name) ?? [];
      if (!row) return [`LiteLLM does not serve "${name}".`];
      if (more.length > 0) return [`LiteLLM has ${more.length + 1} rows under "${name}" in place of one.`];
      return fieldProblems(name, wish, row);
    }),
  ];
}

function fieldProblems(name: string, wish: ExpectedModel, row: Model): string[] {
  return (['from', 'mode', 'tokens'] as const).flatMap((field) =>
    wish[field] === row[field]
      ? []
      : [`"${name}" has ${field} ${row[field] ?? 'unset'} in place of ${wish[field] ?? 'unset'}.`],
  );
}

function eventProblems(expected: readonly string[], { events }: Observation): string[] {
  const seen = events.map(({ reason, about }) => `${reason} ${about}`);
  return [
    ...without(expected, seen).map((event) => `The Event ${event} did not come.`),
    ...without(seen, expected).map((event) => `The Event ${event} is not expected.`),
  ];
}

/** The first list without the second; what occurs twice has to be there twice. */
function without(list: readonly string[], taken: readonly string[]): string[] {
  const left = [...taken];
  return list.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function objectProblems(expected: Readonly<Record<string, number>>, objects: ReadonlyMap<string, number>): string[] {
  return Object.entries(expected).flatMap(([state, wanted]) => {
    const count = objects.get(state) ?? 0;
    return count === wanted
      ? []
      : [`${count} objects are ${state} in place of ${wanted}, by the controller's figures.`];
  });
}

function lookProblems(events: readonly string[], { looks }: Observation): string[] {
  return events.length > 0 || looks > 0 ? [] : ['The controller has not looked at it.'];
}

function writeProblems(expected: number | undefined, writes: number): string[] {
  if (expected === undefined || writes === expected) return [];
  return [`LiteLLM was written to ${writes} times in place of ${expected}.`];
}

function rowProblems(freshRow: string | undefined, models: readonly Model[], knownIds: ReadonlySet<string>): string[] {
  const row = models.find(({ name }) => name === freshRow);
  return row && knownIds.has(row.id) ? [`"${row.name}" still has the row ${row.id}.`] : [];
}
