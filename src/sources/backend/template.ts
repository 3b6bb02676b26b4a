/** What may stand in a template, for people. */
export const TEMPLATE_PARTS = '{id}, {name} (the id behind its last slash) and {backend}';

const PART = /\{([^{}]*)\}/g;
const PARTS: ReadonlySet<string> = new Set(['id', 'name', 'backend']);

/** Why a text is no template of public names, as the end of a sentence about it; undefined where it is one. */
export function templateProblem(template: string): string | undefined {
  if (template.length > 256) return 'must not be longer than 256 characters';
  const parts = [...template.matchAll(PART)].map(([, part = '']) => part);
  const unknown = parts.find((part) => !PARTS.has(part));
  if (unknown !== undefined || /[{}]/.test(template.replaceAll(PART, '')))
    return `must hold no other parts in braces than ${TEMPLATE_PARTS}`;
  // One name for all models would balance the calls over different ones.
  return parts.includes('id') || parts.includes('name') ? undefined : 'must hold {id} or {name}';
}

/** The public name of a model. */
export function fillTemplate(template: string, backend: string, id: string): string {
  const values: Record<string, string> = { id, backend, name: id.slice(id.lastIndexOf('/') + 1) };
  return template.replaceAll(PART, (_, part: string) => values[part] ?? '');
}
