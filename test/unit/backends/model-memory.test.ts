import { beforeEach, describe, expect, it } from 'vitest';
import { createModelMemory, type ModelMemory } from '../../../src/backends/model-memory.ts';
import type { BackendModel } from '../../../src/sources/index.ts';
import { entry } from '../sources/backend/builders.ts';

let told: string[];
let objects: Map<string, BackendModel>;
let memory: ModelMemory;

function remember(wish: Record<string, unknown> = {}): ModelMemory {
  told = [];
  objects = new Map();
  return createModelMemory(entry(wish), { state: 'none' }, (name, object) => {
    told.push(`${object ? 'has' : 'gone'} ${name}`);
    if (object) objects.set(name, object);
    else objects.delete(name);
  });
}

const answer = (ids: readonly string[], isTurn = true) =>
  memory.answered(
    ids.map((id) => ({ id })),
    isTurn,
  );

const known = () => [...memory.values()].map(({ model }) => model.id);

beforeEach(() => {
  memory = remember();
});

describe('what a backend said', () => {
  it('is told once for each model', () => {
    expect(answer(['a', 'b'])).toEqual({ added: ['a', 'b'], gone: [] });
    answer(['a', 'b']);
    expect(told).toEqual(['has lab:a', 'has lab:b']);
  });

  it('loses a model that is missing in two answers in a row', () => {
    answer(['a', 'b']);
    answer(['a']);
    expect(known()).toEqual(['a', 'b']);
    expect(answer(['a'])).toEqual({ added: [], gone: ['b'] });
    expect(told.at(-1)).toBe('gone lab:b');
    expect(memory.get('lab:b')).toBeUndefined();
  });

  it('keeps one that is missing now and then', () => {
    answer(['a', 'b']);
    for (let turn = 0; turn < 5; turn++) {
      answer(['a']);
      answer(['a', 'b']);
    }
    expect(known()).toEqual(['a', 'b']);
  });

  it('does not lose one faster where it is asked between two turns, and takes in what is new there', () => {
    answer(['a', 'b']);
    answer(['a']);
    for (let time = 0; time < 3; time++) answer(['a', 'c'], false);
    expect(known()).toEqual(['a', 'b', 'c']);
    expect(memory.answers).toBe(2);
  });

  it('is told again where a length is another', () => {
    answer(['a']);
    memory.answered([{ id: 'a', maxModelLen: 5 }], true);
    expect(told).toEqual(['has lab:a', 'has lab:a']);
    expect(objects.get('lab:a')?.model).toEqual({ id: 'a', maxModelLen: 5 });
    const first = memory.get('lab:a')?.resourceVersion;
    memory.answered([{ id: 'a', maxModelLen: 6 }], true);
    expect(memory.get('lab:a')?.resourceVersion).not.toBe(first);
  });

  it('keeps a length until two answers in a row lack it', () => {
    const withLength = () => memory.answered([{ id: 'a', maxModelLen: 5 }], true);
    withLength();
    for (let turn = 0; turn < 3; turn++) {
      answer(['a']);
      withLength();
    }
    expect(told).toEqual(['has lab:a']);
    answer(['a']);
    answer(['a'], false);
    expect(objects.get('lab:a')?.model).toEqual({ id: 'a', maxModelLen: 5 });
    answer(['a']);
    expect(objects.get('lab:a')?.model).toEqual({ id: 'a' });
  });
});

describe('another entry', () => {
  it('counts for all models at once, and takes out what it leaves out', () => {
    answer(['a', 'b']);
    memory.changed(entry({ exclude: ['b'], tags: ['x'] }), { state: 'none' });
    expect(told.slice(2)).toEqual(['has lab:a', 'gone lab:b']);
    expect(objects.get('lab:a')?.entry.tags).toEqual(['x']);
    answer(['a', 'b']);
    expect(known()).toEqual(['a']);
  });

  it('with another address leaves all as it is until there is an answer from there', () => {
    answer(['a', 'b']);
    answer(['a', 'b']);
    memory.changed(entry({ url: 'http://other/v1' }), { state: 'none' });
    expect(memory.answers).toBe(0);
    expect(objects.get('lab:a')?.entry.url).toBe('http://10.0.0.5:11434/v1');
    answer(['a']);
    expect(objects.get('lab:a')?.entry.url).toBe('http://other/v1');
    expect(objects.get('lab:b')?.entry.url).toBe('http://10.0.0.5:11434/v1');
    answer(['a']);
    expect(known()).toEqual(['a']);
  });

  it('with another address does not count what was missing where it led before', () => {
    answer(['a', 'b']);
    answer(['a']);
    memory.changed(entry({ url: 'http://other/v1' }), { state: 'none' });
    answer(['a']);
    expect(known()).toEqual(['a', 'b']);
  });
});

describe('what is to be found out', () => {
  it('is nothing, unless the entry says so', () => {
    answer(['a']);
    expect(memory.nextToAsk()).toBeUndefined();
    expect(objects.get('lab:a')?.asking).toBeUndefined();
  });

  it('is asked of chat models, and of each once', () => {
    memory = remember({ probe: true, modes: [{ match: 'embed', mode: 'embedding' }] });
    answer(['embed', 'a']);
    const question = memory.nextToAsk();
    expect(question).toMatchObject({ id: 'a', name: 'lab:a' });
    expect(objects.get('lab:a')?.asking).toBe(true);
    if (question) memory.found(question, false);
    expect(objects.get('lab:a')).toMatchObject({ callsFunctions: false });
    expect(objects.get('lab:a')?.asking).toBeUndefined();
    expect(memory.nextToAsk()).toBeUndefined();
  });

  it('is given up where it was asked three times in vain', () => {
    memory = remember({ probe: true });
    answer(['a']);
    for (let time = 0; time < 3; time++) {
      memory.newRound();
      const question = memory.nextToAsk();
      expect(question?.id).toBe('a');
      if (question) memory.found(question, undefined);
      // Not again at once: it may just be loading the model.
      expect(memory.nextToAsk()).toBeUndefined();
      // And it is let in meanwhile.
      expect(objects.get('lab:a')?.asking).toBeUndefined();
    }
    memory.newRound();
    expect(memory.nextToAsk()).toBeUndefined();
    expect(objects.get('lab:a')?.callsFunctions).toBeUndefined();
  });

  it('is not asked, and no answer to a question counts, while the entry leads where nobody has answered yet', () => {
    memory = remember({ probe: true });
    answer(['a', 'b']);
    const question = memory.nextToAsk();
    memory.changed(entry({ probe: true, url: 'http://typo/v1' }), { state: 'none' });
    expect(memory.nextToAsk()).toBeUndefined();
    if (question) memory.found(question, undefined);
    expect(objects.get('lab:a')).toMatchObject({ asking: true, entry: { url: 'http://10.0.0.5:11434/v1' } });
    answer(['a', 'b']);
    expect(memory.nextToAsk()?.id).toBe('a');
  });

  it('waits for one that is missing just now', () => {
    memory = remember({ probe: true });
    answer(['a', 'b']);
    answer(['b']);
    expect(memory.nextToAsk()?.id).toBe('b');
  });
});

it('is forgotten whole, and told', () => {
  answer(['a', 'b']);
  memory.clear();
  expect([...objects]).toEqual([]);
  expect(known()).toEqual([]);
});
