import { beforeEach, describe, expect, it } from 'vitest';
import { createLookUps, type LookUps } from '../../../src/litellm/look-ups.ts';
import { failureOf } from './builders.ts';
import { type FakeLiteLlm, fakeLiteLlm } from './fake-client.ts';

let litellm: FakeLiteLlm;
let known: { id: string; stored: boolean }[];
let now: number;
let waiting: number;
let lookUps: LookUps;

beforeEach(() => {
  litellm = fakeLiteLlm();
  now = 1_000_000;
  waiting = 4;
  known = [{ id: 'known', stored: true }];
  litellm.addByHand('known', { publicName: 'known' });
  lookUps = createLookUps({ client: litellm.client, known: () => known, waitingWrites: () => waiting, now: () => now });
});

/** Asks for so many names, one after the other. */
async function ask(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await lookUps.find(`name-${index}`);
}

async function callsOf(act: () => Promise<unknown>): Promise<string[]> {
  litellm.calls.length = 0;
  await act();
  return litellm.calls;
}

const ids = async (name: string): Promise<string[]> => (await lookUps.find(name)).map(({ id }) => id);

describe('a name, while no writes wait', () => {
  it('is looked up as a name and as an id, however many were before', async () => {
    waiting = 3;
    await ask(100);
    litellm.addByHand('one', { publicName: 'two' });
    litellm.addByHand('two', { publicName: 'three' });
    expect(await callsOf(async () => ids('two'))).toEqual(['findByName two', 'findById two']);
    expect((await ids('two')).toSorted()).toEqual(['one', 'two']);
  });
});

describe('names, while writes wait', () => {
  it('are found in one reading of all rows, as a name and as an id', async () => {
    litellm.lag();
    litellm.addByHand('one', { publicName: 'two' });
    litellm.addByHand('two', { publicName: 'three' });
    expect(await callsOf(async () => Promise.all([ask(10), ask(10)]))).toEqual(['findAll']);
    expect((await ids('two')).toSorted()).toEqual(['one', 'two']);
    expect(await ids('nobody')).toEqual([]);
  });

  it('are read anew after ten seconds, and looked up by themselves when the line is short again', async () => {
    await ask(1);
    litellm.addByHand('new', { publicName: 'new' });
    now += 9999;
    expect(await callsOf(async () => ids('new'))).toEqual([]);
    expect(await ids('new')).toEqual([]);
    waiting = 3;
    expect(await callsOf(async () => ids('new'))).toEqual(['findByName new', 'findById new']);
    waiting = 4;
    now += 1;
    expect(await callsOf(async () => ids('new'))).toEqual(['findAll']);
    expect(await ids('new')).toEqual(['new']);
  });

  it('are looked up by themselves until there are so many that a reading of many rows costs less', async () => {
    known = Array.from({ length: 299 }, (_, index) => ({ id: `${index}`, stored: true }));
    expect(await callsOf(async () => ask(9))).not.toContain('findAll');
    expect(await callsOf(async () => ask(1))).toContain('findAll');
    now += 30_000;
    expect(await callsOf(async () => ask(9))).not.toContain('findAll');
  });

  it('are looked up by themselves where there are more rows than can be read at once', async () => {
    known = Array.from({ length: 1000 }, (_, index) => ({ id: `${index}`, stored: true }));
    await ask(100);
    expect(litellm.calls).not.toContain('findAll');
  });

  it.each([
    ['it does not show a row that is known', () => known.push({ id: 'elsewhere', stored: true })],
    ['nothing is known by which it could be told that it shows all', () => known.splice(0)],
    [
      'there are more rows than it shows',
      () => {
        litellm.lag();
        for (let index = 0; index < 1000; index += 1) litellm.addByHand(`more-${index}`, { publicName: 'more' });
      },
    ],
  ])('are looked up by themselves where all rows were read, but %s', async (_why, arrange) => {
    arrange();
    expect(await callsOf(async () => ask(1))).toContain('findAll');
    litellm.addByHand('by-hand', { publicName: 'taken' });
    expect(await callsOf(async () => ids('taken'))).toEqual(['findByName taken', 'findById taken']);
    expect(await ids('taken')).toEqual(['by-hand']);
  });

  it('need no row of the config file in what was read: it is in no database', async () => {
    known.push({ id: 'config', stored: false });
    expect(await callsOf(async () => ask(2))).toEqual(['findAll']);
  });

  it('fail where LiteLLM does, and are read anew for the next', async () => {
    litellm.fail('findAll', 'database-down');
    expect(await failureOf(lookUps.find('x'))).toMatchObject({ code: 'database-down' });
    expect(await callsOf(async () => ids('x'))).toEqual(['findAll']);
  });
});
