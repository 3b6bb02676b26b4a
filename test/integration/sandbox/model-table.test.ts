import { expect, test } from 'vitest';
import { compareModels, layOutModels } from '../../../src/commands/sandbox/model-table.ts';
import type { Model } from '../../../src/commands/sandbox/observe.ts';

function model(name: string, more: Partial<Model> = {}): Model {
  return {
    id: `llm.${name}.1`,
    name,
    mode: 'chat',
    tokens: 4096,
    from: `llm/${name}`,
    address: `http://${name}-predictor.llm.svc.cluster.local/v1`,
    ...more,
  };
}

function render(before: Model[], now: Model[], width: number): string[] {
  return layOutModels(compareModels(before, now), width).map((cells) => cells.map(({ text }) => text).join(''));
}

test('each line is marked with what became of it', () => {
  const before = [model('b'), model('c'), model('d')];
  const now = [model('a'), model('b'), model('c', { tokens: 8192 })];
  expect(render(before, now, 60)).toEqual([
    '  NAME  MODE  TOKENS  FROM   ID',
    '+ a     chat    4096  llm/a  llm.a.1',
    '  b     chat    4096  llm/b  llm.b.1',
    '~ c     chat    8192  llm/c  llm.c.1',
    '- d     chat    4096  llm/d  llm.d.1',
  ]);
  expect(compareModels(before, now)[2]?.changed).toEqual(['tokens']);
});

test('the same name under another id is another row', () => {
  const changes = compareModels([model('a')], [model('a', { id: 'llm.a.2' })]).map(({ change }) => change);
  expect(changes.sort()).toEqual(['gone', 'new']);
});

test('the address is shown where there is room', () => {
  expect(render([], [model('a')], 120)[1]).toContain('http://a-predictor.llm.svc.cluster.local/v1');
  expect(render([], [model('a')], 60).join('\n')).not.toContain('http://');
});

test('no line is wider than it may be', () => {
  const long = model('a-name-that-goes-on-and-on-and-on-for-the-sake-of-it', { address: undefined });
  const lines = render([], [long, model('b')], 60);
  expect(Math.max(...lines.map((line) => line.length))).toBe(60);
  expect(lines.join('\n')).toContain('…');
});

test('a model that nobody of ours made is called by hand', () => {
  expect(render([], [model('a', { from: undefined, tokens: undefined })], 60)[1]).toBe(
    '+ a     chat          by hand  llm.a.1',
  );
});
