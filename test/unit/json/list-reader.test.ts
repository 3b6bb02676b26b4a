import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readList } from '../../../src/json/list-reader.ts';

async function* pieces(text: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function read(text: string, sizes: readonly number[] = [7]) {
  const items: unknown[] = [];
  const rest = await readList(pieces(text, sizes), 'items', (item) => items.push(item));
  return { items, rest };
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
/** JSON.parse of V8 13.6 at times confuses keys of one escaped character; Kubernetes has none such. */
const key = fc.string().map((text) => (text.length === 1 ? `${text}.` : text));
const object = fc.dictionary(
  key,
  fc.oneof(
    fc.string(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.dictionary(key, fc.integer())),
  ),
);
/** Strings that a careless scanner would take for structure. */
const nasty = fc.constantFrom('"', '\\', '\\"', '}', ']', '[', '{', '"items":[', ',"items":[{', '\\\\', 'ä', '😀');
const nastyKey = nasty.map((text) => `${text}.${text}`);
const nastyObject = fc.dictionary(nastyKey, fc.oneof(nasty, fc.array(nasty), fc.dictionary(nastyKey, nasty)));

describe('readList', () => {
  it('finds what JSON.parse finds, however it is cut and indented', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(object, nastyObject), { maxLength: 8 }),
        fc.oneof(object, nastyObject),
        fc.constantFrom('first', 'last'),
        fc.constantFrom(undefined, 1, '\t'),
        sizes,
        async (items, metadata, place, indent, cuts) => {
          const others = { kind: 'List', metadata, more: [{ items: [1] }, 'items'] };
          const list = place === 'first' ? { items, ...others } : { ...others, items };
          const found = await read(JSON.stringify(list, null, indent), cuts);
          expect(found).toEqual(JSON.parse(JSON.stringify({ items, rest: others })));
        },
      ),
    );
  });

  it('takes an empty list, and null for one, as Go writes it', async () => {
    expect(await read('{"items":[],"metadata":{}}')).toEqual({ items: [], rest: { metadata: {} } });
    expect(await read('{"items":null,"metadata":{}}')).toEqual({ items: [], rest: { metadata: {} } });
  });

  it('is not misled by items elsewhere, nor by a key that ends like it', async () => {
    const text = '{"metadata":{"items":[{"a":1}]},"\\"items":[{"b":1}],"items" : [ {"c":1} ]}';
    expect((await read(text)).items).toEqual([{ c: 1 }]);
  });

  it.each([
    '',
    '{',
    '{"items":[{"a":1},',
    '{"items":[{"a":1}]',
    '{"items":[{]}',
    '{"kind":"Status"}',
    '[]',
    'null',
    '<html>',
  ])('refuses %j', async (text) => {
    await expect(read(text)).rejects.toThrow(SyntaxError);
  });

  it('throws what the receiver throws', async () => {
    const reading = readList(pieces('{"items":[{},{}]}', [50]), 'items', () => {
      throw new TypeError('not this one');
    });
    await expect(reading).rejects.toThrow('not this one');
  });

  it('gives up on an item, or a rest, that is far too large', async () => {
    async function* endless(start: string): AsyncGenerator<Uint8Array> {
      yield Buffer.from(start);
      const chunk = Buffer.alloc(1024 * 1024, 'x');
      for (;;) yield chunk;
    }
    await expect(readList(endless('{"items":[{"a":"'), 'items', () => undefined)).rejects.toThrow(RangeError);
    await expect(readList(endless('{"metadata":"'), 'items', () => undefined)).rejects.toThrow(RangeError);
  });

  it('takes the list by its key, wherever that stands', async () => {
    const rows: unknown[] = [];
    const text = '{"total":2,"more":{"data":[{"no":1}]},"items":[{"no":2}],"data":[{"a":[1]},{"b":"]"}],"last":true}';
    const rest = await readList(pieces(text, [3]), 'data', (row) => rows.push(row));
    expect(rows).toEqual([{ a: [1] }, { b: ']' }]);
    expect(rest).toEqual({ total: 2, more: { data: [{ no: 1 }] }, items: [{ no: 2 }], last: true });
  });

  it('lets others have their turn, however much has arrived', async () => {
    const item = `{"a":"${'x'.repeat(50_000)}"}`;
    const text = `{"items":[${Array.from({ length: 200 }, () => item).join(',')}]}`;
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    });
    await readList(pieces(text, [text.length]), 'items', () => undefined);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });
});
