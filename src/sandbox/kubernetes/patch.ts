import { isDeepStrictEqual } from 'node:util';
import { type Fields, isFields } from '../fields.ts';
import { ApiError } from './status.ts';

/** JSON merge patch (RFC 7386): null removes, objects are merged, all else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const merged: Fields = isFields(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

function pointerSteps(pointer: unknown): string[] {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/'))) {
    throw unfit();
  }
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function valueAt(document: unknown, pointer: string): unknown {
  let at = document;
  for (const step of pointerSteps(pointer)) {
    if (Array.isArray(at)) at = at[Number(step)];
    else if (isFields(at) && step in at) at = at[step];
    else throw unfit();
  }
  return at;
}

/** A patch that does not fit; the API server does not say why. */
function unfit(): ApiError {
  return new ApiError(422, 'the server rejected our request due to an error in our request');
}

type Edit = (parent: Fields | unknown[], step: string) => void;

function editAt(document: unknown, pointer: string, edit: Edit): void {
  const steps = pointerSteps(pointer);
  const last = steps.pop();
  if (last === undefined) throw unfit();
  const parent = valueAt(
    document,
    steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
  );
  if (!Array.isArray(parent) && !isFields(parent)) throw unfit();
  edit(parent, last);
}

function add(document: unknown, pointer: string, value: unknown): void {
  editAt(document, pointer, (parent, step) => {
    if (!Array.isArray(parent)) parent[step] = value;
    else if (step === '-') parent.push(value);
    else parent.splice(Number(step), 0, value);
  });
}

function remove(document: unknown, pointer: string): void {
  valueAt(document, pointer);
  editAt(document, pointer, (parent, step) => {
    if (Array.isArray(parent)) parent.splice(Number(step), 1);
    else delete parent[step];
  });
}

function replace(document: unknown, pointer: string, value: unknown): void {
  valueAt(document, pointer);
  editAt(document, pointer, (parent, step) => {
    if (Array.isArray(parent)) parent[Number(step)] = value;
    else parent[step] = value;
  });
}

type Operation = (document: unknown, operation: Fields) => void;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  add: (document, { path, value }) => add(document, String(path), value),
  remove: (document, { path }) => remove(document, String(path)),
  replace: (document, { path, value }) => replace(document, String(path), value),
  copy: (document, { path, from }) => add(document, String(path), structuredClone(valueAt(document, String(from)))),
  move: (document, { path, from }) => {
    const moved = valueAt(document, String(from));
    remove(document, String(from));
    add(document, String(path), moved);
  },
  test: (document, { path, value }) => {
    if (isDeepStrictEqual(valueAt(document, String(path)), value)) return;
    throw unfit();
  },
};

function carryOut(document: unknown, operation: Fields): void {
  const known = OPERATIONS[String(operation.op)];
  if (!known) throw unfit();
  known(document, operation);
}

/** JSON patch (RFC 6902). Throws an ApiError when the patch does not fit the document. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch))
    throw new ApiError(
      400,
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    );
  const document = structuredClone(target);
  for (const operation of patch) carryOut(document, isFields(operation) ? operation : {});
  return document;
}

/**
 * What a server-side apply makes of an object: the configuration is merged in, and what the same manager applied before
 * and no longer names is removed. Whose field it is otherwise is not kept, so a conflict between managers is never found.
 */
export function applyPatch(target: unknown, before: unknown, configuration: unknown): unknown {
  return mergePatch(removeUnnamed(target, before, configuration), configuration);
}

function removeUnnamed(target: unknown, before: unknown, now: unknown): unknown {
  if (!isFields(target) || !isFields(before)) return target;
  const left: Fields = { ...target };
  for (const [key, value] of Object.entries(before)) {
    if (!isFields(now) || !(key in now)) {
      if (!isFields(value)) delete left[key];
      else left[key] = removeUnnamed(left[key], value, undefined);
      if (isFields(left[key]) && Object.keys(left[key]).length === 0) delete left[key];
    } else left[key] = removeUnnamed(left[key], value, now[key]);
  }
  return left;
}
