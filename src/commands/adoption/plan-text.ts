import { type AdoptedSetting, sourceKey, visible } from '../../registration/index.ts';
import { counted, paint } from '../output.ts';
import type { LeftOut } from './choose.ts';
import type { Intent } from './intend.ts';

/** What would be taken over, for people: by name and setting. What a terminal would obey is spelled out. */
export function planText(intents: readonly Intent[], leftOut: readonly LeftOut[]): string {
  const lines = intents.flatMap(intentLines);
  for (const { name, ids, why } of leftOut) {
    lines.push(`${paint('red', `! ${visible(name)}`)}  ${visible(ids.join(', '))} stays: ${visible(why)}`);
  }
  const lost = intents.flatMap(({ settings }) => settings).flatMap(({ settings }) => settings);
  const count = (fate: AdoptedSetting['fate']): number => lost.filter((one) => one.fate === fate).length;
  const fates = `${counted(count('kept'), 'setting')} kept, ${count('changed')} changed, ${count('lost')} lost`;
  lines.push(`${counted(intents.length, 'model')} to take over: ${fates}.`);
  return `${lines.join('\n')}\n`;
}

function intentLines({ name, source, ours, standing, mended, settings }: Intent): string[] {
  const lines = [paint('yellow', `± ${visible(name)}`) + paint('dim', `  ${sourceKey(source)}`)];
  lines.push(
    `    ours    ${ours.id}  ${backend(ours)}${standing ? `  (stands already${mended ? ', and is brought in step first' : ''})` : ''}`,
  );
  for (const { row, settings: own } of settings) {
    const owner = row.stamp ? `of owner id ${row.stamp.owner}` : 'made by hand';
    const blocked = row.blocked ? ', blocked: ours will be too' : '';
    lines.push(visible(`    theirs  ${row.id}  ${backend(row)}  (${owner}${blocked})`));
    for (const one of own) lines.push(paint(COLOURS[one.fate], visible(`      ${describe(one)}`)));
  }
  // No list tells whether a row has one.
  if (settings.some(({ row }) => !row.stamp) && ours.params.api_key === 'not-needed') {
    lines.push(
      '      lost     litellm_params.api_key, if it has one: name a Secret with model-registrar.io/api-key-secret',
    );
  }
  return lines;
}

const COLOURS = { kept: 'dim', changed: 'yellow', lost: 'red' } as const;

function describe({ field, fate, value, ours }: AdoptedSetting): string {
  const label = fate.padEnd(7);
  const change = fate === 'changed' ? ` → ${shown(ours)}` : '';
  return `${label}  ${field}: ${shown(value)}${change}`;
}

function shown(value: unknown): string {
  if (value === undefined) return '(hidden)';
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

function backend({ params }: Pick<Intent['ours'], 'params'>): string {
  const url = typeof params.api_base === 'string' ? URL.parse(params.api_base) : undefined;
  // An address that was written by hand may carry a password.
  const base = url ? `${url.protocol}//${url.host}${url.pathname}` : 'its provider';
  return `${typeof params.model === 'string' ? params.model : '?'} at ${base}`;
}
