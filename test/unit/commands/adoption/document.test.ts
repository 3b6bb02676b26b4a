import { describe, expect, it } from 'vitest';
import { AdoptDocument, adoptDocument } from '../../../../src/commands/adoption/document.ts';
import type { Intent } from '../../../../src/commands/adoption/intend.ts';
import { handMade, row, SOURCE } from '../../registration/builders.ts';

const ESCAPE = '\u009b2J\u001b[31m\u202e';

const theirs = handMade(`a${ESCAPE}`, { id: `b${ESCAPE}` });
const intent: Intent = {
  source: SOURCE,
  name: theirs.publicName,
  rows: [theirs],
  ours: row(),
  standing: false,
  mended: undefined,
  settings: [
    {
      row: theirs,
      settings: [
        { field: `model_info.${ESCAPE}`, fate: 'lost', value: { [ESCAPE]: [ESCAPE, 1] } },
        { field: 'litellm_params.hf_token', fate: 'lost', value: undefined },
      ],
    },
  ],
};

describe('adoptDocument', () => {
  it('spells out whatever a terminal would obey, wherever it stands', () => {
    const leftOut = [{ name: ESCAPE, ids: [ESCAPE], why: ESCAPE }];
    const document = adoptDocument('prod', [intent], {
      leftOut,
      unread: [ESCAPE],
      unfinished: [{ intent, why: ESCAPE }],
    });
    expect(AdoptDocument.parse(document)).toEqual(document);
    const spelled = '\\u{9b}2J\\u{1b}[31m\\u{202e}';
    expect(document).toMatchObject({
      models: [
        {
          name: `a${spelled}`,
          result: 'unfinished',
          theirs: [
            {
              id: `b${spelled}`,
              settings: [
                { field: `model_info.${spelled}`, fate: 'lost', value: { [spelled]: [spelled, 1] } },
                { field: 'litellm_params.hf_token', fate: 'lost' },
              ],
            },
          ],
        },
      ],
    });
    expect(JSON.stringify(document)).not.toMatch(/\p{C}/u);
  });

  it('tells what was planned, taken over and left unfinished', () => {
    const result = (unfinished?: { intent: Intent; why: string }[]) =>
      adoptDocument('prod', [intent], { leftOut: [], unread: [], unfinished }).models[0]?.result;
    expect([result(), result([]), result([{ intent, why: 'x' }])]).toEqual(['planned', 'taken-over', 'unfinished']);
  });
});
