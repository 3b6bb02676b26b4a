import type { Fields } from '../fields.ts';
import { type KubernetesObject, labelsOf, textAtPath } from './object.ts';
import type { ResourceType } from './resources.ts';
import { ApiError } from './status.ts';

/** Says whether an object is selected. */
export type Selector = (object: KubernetesObject) => boolean;

type LabelTest = (labels: Fields) => boolean;

const SET_BASED = /^(?<key>[^\s!=,()]+)\s+(?<operator>in|notin)\s+\((?<values>[^()]*)\)$/;
const EQUALITY = /^(?<key>[^\s!=,()]+)\s*(?<operator>==|=|!=)\s*(?<value>[^\s!=,()]*)$/;
const EXISTENCE = /^(?<not>!?)\s*(?<key>[^\s!=,()]+)$/;

/** Splits at the commas that are not within parentheses. */
function splitTerms(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function labelTest(term: string): LabelTest {
  const set = SET_BASED.exec(term)?.groups;
  if (set) {
    const { key = '', operator, values = '' } = set;
    const wanted = values.split(',').map((value) => value.trim());
    const isIn: LabelTest = (labels) => key in labels && wanted.includes(String(labels[key]));
    return operator === 'in' ? isIn : (labels) => !isIn(labels);
  }
  const equality = EQUALITY.exec(term)?.groups;
  if (equality) {
    const { key = '', operator, value } = equality;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const existence = EXISTENCE.exec(term)?.groups;
  if (existence) {
    const { key = '', not } = existence;
    return (labels) => key in labels === (not === '');
  }
  throw new ApiError(400, `unable to parse requirement: ${term}`);
}

function fieldTest(term: string, type: ResourceType): Selector {
  const { key = '', operator, value } = EQUALITY.exec(term)?.groups ?? {};
  if (operator === undefined) throw new ApiError(400, `invalid selector: '${term}'; can't understand '${term}'`);
  const known = key === 'metadata.name' || (key === 'metadata.namespace' && type.namespaced);
  if (!known && type.selectable?.includes(key) !== true) {
    throw new ApiError(400, `field label not supported: ${key}`);
  }
  return (object) => (textAtPath(object, key) === value) === (operator !== '!=');
}

/**
 * Reads `labelSelector` (equality- and set-based) and `fieldSelector` of a list or a watch.
 * Throws an ApiError 400 for what cannot be read or is not supported for the type.
 */
export function readSelector(query: URLSearchParams, type: ResourceType): Selector {
  const labelTests = splitTerms(query.get('labelSelector') ?? '').map(labelTest);
  const fieldTests = splitTerms(query.get('fieldSelector') ?? '').map((term) => fieldTest(term, type));
  return (object) => {
    const labels = labelsOf(object);
    return labelTests.every((test) => test(labels)) && fieldTests.every((test) => test(object));
  };
}
