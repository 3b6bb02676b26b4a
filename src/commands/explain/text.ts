import { type Json, visible } from '../../registration/index.ts';
import { counted, paint } from '../output.ts';
import type { ExplainDocument, ExplainedObject } from './document.ts';

/** What manifests would register, for people. */
export function explainText(document: ExplainDocument): string {
  return `${[...document.objects.flatMap(describe), summary(document)].join('\n')}\n`;
}

function describe({
  source,
  file,
  state,
  why,
  models,
  apiKeySecret,
  problems,
  warnings,
  notes,
}: ExplainedObject): string[] {
  // Whoever wrote the manifest may have put there what a terminal would obey.
  const lines = [`${paint('bold', visible(source))}${paint('dim', `  ${file}`)}`];
  for (const { name, model, basePath, params, info } of models) {
    const details = [
      model,
      ...(info.mode === undefined ? [] : [`mode ${plain(info.mode)}`]),
      ...(info.max_tokens === undefined ? [] : [`${plain(info.max_tokens)} tokens`]),
      `${basePath} at the address that it has when it is Ready`,
      ...(apiKeySecret === undefined ? [] : [`key from the Secret ${apiKeySecret}`]),
    ];
    lines.push(`  ${paint('green', `+ ${name}`)}  ${details.join(', ')}`);
    for (const [key, value] of Object.entries(params))
      lines.push(`      litellm_params.${key}: ${JSON.stringify(value)}`);
    const further = Object.entries(info).filter(([key]) => !HEADLINE.has(key));
    for (const [key, value] of further) lines.push(`      model_info.${key}: ${JSON.stringify(value)}`);
  }
  if (why !== undefined) lines.push(`  ${paint('dim', `${WORDS[state]}: ${why}`)}`);
  for (const { reason, message } of problems) lines.push(`  ${paint('red', `✗ ${reason}`)}: ${message}`);
  for (const { reason, message } of warnings) lines.push(`  ${paint('yellow', `! ${reason}`)}: ${message}`);
  for (const note of notes) lines.push(`  ${paint('dim', note)}`);
  return lines;
}

/** What the line of the model says already. */
const HEADLINE: ReadonlySet<string> = new Set(['mode', 'max_tokens', 'max_input_tokens']);

const WORDS: Record<ExplainedObject['state'], string> = {
  serve: 'registered',
  hold: 'cannot be told yet',
  withdraw: 'not registered',
  ignore: 'not registered',
  invalid: 'refused',
};

function summary({ objects, others, refused }: ExplainDocument): string {
  const models = objects.reduce((sum, object) => sum + object.models.length, 0);
  const passed = Object.entries(others).map(([kind, count]) => `${count} ${visible(kind)}`);
  const rest = passed.length > 0 ? ` Passed over: ${passed.join(', ')}.` : '';
  return `${counted(objects.length, 'object')} would be ${counted(models, 'model')}; ${refused} refused.${rest}`;
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
