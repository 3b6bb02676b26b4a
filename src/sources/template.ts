/** The metadata that KServe puts into the arguments of a model server. */
export interface TemplateData {
  name: string;
  namespace?: string | undefined;
  /** Those whose key a template can name: letters, digits and underscores. */
  labels?: Readonly<Record<string, string>> | undefined;
  annotations?: Readonly<Record<string, string>> | undefined;
}

/** Longer values of labels and annotations can be no name, length or task. */
const MAX_VALUE = 256;

/** With the dashes the spaces around go (Go's `text/template`); a run of spaces without end is none of theirs. */
const PLACEHOLDER =
  /(?:[ \t]{0,16}\{\{-\s|\{\{)\s*\.(?:(Name)|(Namespace)|Labels\.(\w+)|Annotations\.(\w+))(?:\s*\}\}|\s+-\}\}[ \t]{0,16})/g;

/**
 * Fills in what KServe fills in: `{{.Name}}`, `{{.Namespace}}`, `{{.Labels.x}}`, `{{.Annotations.x}}`, Go templates over the object's
 * metadata (KServe v0.20.0, `ReplacePlaceholders` in `pkg/controller/v1beta1/inferenceservice/utils/utils.go`). What is not known stays
 * as it is.
 */
export function fillTemplate(text: string, { name, namespace, labels, annotations }: TemplateData): string {
  if (!text.includes('{{')) return text;
  return text.replaceAll(
    PLACEHOLDER,
    (placeholder, isName, isNamespace, label: string | undefined, annotation: string | undefined) => {
      if (isName) return name;
      if (isNamespace) return namespace ?? placeholder;
      return (label === undefined ? ownValue(annotations, annotation) : ownValue(labels, label)) ?? placeholder;
    },
  );
}

/** What is left of the first template in a text, cut to what a message can hold: Go's templates are a language, we know its fields. */
export function openTemplate(text: string): string | undefined {
  const start = text.indexOf('{{');
  if (start < 0) return undefined;
  const shown = text.slice(start, start + 60);
  const end = shown.indexOf('}}');
  return end < 0 ? shown : shown.slice(0, end + 2);
}

/** Of an object's labels or annotations those that a template can name, and that are short enough to be a value of a flag. */
export function templateValues(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]): [string, string][] =>
      typeof value === 'string' && value.length <= MAX_VALUE && /^[A-Za-z_]\w*$/.test(key) ? [[key, value]] : [],
    ),
  );
}

function ownValue(values: Readonly<Record<string, string>> | undefined, key: string | undefined): string | undefined {
  return values && key !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
}
