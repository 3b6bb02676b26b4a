import { describe, expect, it } from 'vitest';
import { createWriter, type Priority } from '../../../src/litellm/writer.ts';
import { failureOf } from './builders.ts';

/** A writer whose first write stands until it is released, so that what comes after waits. */
function occupied() {
  const writer = createWriter();
  const order: string[] = [];
  const { promise, resolve: release } = Promise.withResolvers<void>();
  const first = writer.run('bulk', () => promise);
  const add = (priority: Priority, name: string, signal?: AbortSignal): Promise<string> =>
    writer.run(
      priority,
      async () => {
        order.push(name);
        return name;
      },
      signal,
    );
  return { writer, order, release, first, add };
}

describe('the writer', () => {
  it('hands on what a write returns, and what it throws', async () => {
    const writer = createWriter();
    expect(await writer.run('prompt', async () => 7)).toBe(7);
    const error = new Error('x');
    expect(await failureOf(writer.run('prompt', () => Promise.reject(error)))).toBe(error);
    expect(await writer.run('prompt', async () => 8)).toBe(8);
  });

  it('makes one write at a time', async () => {
    const writer = createWriter();
    let under = 0;
    let most = 0;
    const write = async (): Promise<void> => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setImmediate(resolve));
      under -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => writer.run('bulk', write)));
    expect(most).toBe(1);
  });

  it('takes withdrawals first, then what a person waits for, then bulk, each in the order in which they came', async () => {
    const { writer, order, release, first, add } = occupied();
    const all = [
      add('bulk', 'bulk 1'),
      add('prompt', 'prompt 1'),
      add('withdrawal', 'withdrawal 1'),
      add('bulk', 'bulk 2'),
      add('prompt', 'prompt 2'),
      add('withdrawal', 'withdrawal 2'),
    ];
    expect(writer.depth).toBe(6);
    release();
    await Promise.all([first, ...all]);
    expect(order).toEqual(['withdrawal 1', 'withdrawal 2', 'prompt 1', 'prompt 2', 'bulk 1', 'bulk 2']);
    expect(writer.depth).toBe(0);
  });

  it('lets a delete wait for the write in hand only, among a thousand', async () => {
    const { order, release, first, add } = occupied();
    const bulk = Array.from({ length: 1_000 }, (_, index) => add('bulk', `bulk ${index}`));
    const gone = add('withdrawal', 'withdrawal');
    release();
    await Promise.all([first, gone, ...bulk]);
    expect(order[0]).toBe('withdrawal');
  });

  it('drops a waiting write whose signal is aborted, with the signal’s reason, and goes on', async () => {
    const { order, release, first, add } = occupied();
    const stop = new AbortController();
    const dropped = failureOf(add('withdrawal', 'dropped', stop.signal));
    const other = add('bulk', 'other');
    stop.abort(new Error('stopping'));
    expect(await dropped).toMatchObject({ message: 'stopping' });
    release();
    await Promise.all([first, other]);
    expect(order).toEqual(['other']);
  });

  it('lets a write that has begun go on when its signal is aborted', async () => {
    const writer = createWriter();
    const stop = new AbortController();
    const { promise, resolve } = Promise.withResolvers<number>();
    const write = writer.run('bulk', () => promise, stop.signal);
    stop.abort(new Error('overtaken'));
    const next = writer.run('withdrawal', async () => 8);
    expect(writer.depth).toBe(1);
    resolve(7);
    expect(await Promise.all([write, next])).toEqual([7, 8]);
  });

  it('begins nothing for a signal that is aborted already', async () => {
    const { order, release, first, add } = occupied();
    const dropped = failureOf(add('prompt', 'dropped', AbortSignal.abort(new Error('stopping'))));
    release();
    expect(await dropped).toMatchObject({ message: 'stopping' });
    await first;
    expect(order).toEqual([]);
  });
});
