import { describe, expect, it } from 'vitest';
import { clientOf, eventually, fresh, type LiteLlmSetting, messageOf } from './litellm-target.ts';

/** Chat and embeddings. */
export function describeCalls(setting: LiteLlmSetting): void {
  const client = clientOf(setting);
  const served = (answered: { headers: Readonly<Record<string, unknown>> }) => answered.headers['x-litellm-model-id'];

  describe('a call', () => {
    it('reaches the model server under the served name, with the key of the row', async () => {
      const { id, name } = await client.made({ params: { api_key: 'key-of-the-row' } });
      const answered = await client.chat(name);
      expect(answered.status).toBe(200);
      expect(served(answered)).toBe(id);
      expect(answered.json).toMatchObject({
        object: 'chat.completion',
        choices: [{ message: { role: 'assistant', content: 'served by served-name' } }],
      });
      expect(setting.modelServer().calls.at(-1)).toMatchObject({
        path: '/v1/chat/completions',
        authorization: 'Bearer key-of-the-row',
        body: { model: 'served-name' },
      });
    });

    it('for embeddings goes to /embeddings', async () => {
      const { id, name } = await client.made({ info: { mode: 'embedding' } });
      const answered = await client.call('POST', '/v1/embeddings', { model: name, input: fresh('text') });
      expect(answered.status).toBe(200);
      expect(served(answered)).toBe(id);
      expect(answered.json).toMatchObject({ data: [{ embedding: [0.5] }] });
      expect(setting.modelServer().calls.at(-1)).toMatchObject({
        path: '/v1/embeddings',
        body: { model: 'served-name' },
      });
    });

    it('may name a row by its id', async () => {
      const { id } = await client.made();
      const answered = await client.chat(id);
      expect(answered.status).toBe(200);
      expect(served(answered)).toBe(id);
    });

    it('goes to every row that bears the name', async () => {
      const name = fresh('shared');
      const ids = [(await client.made({ name })).id, (await client.made({ name })).id];
      const seen = new Set<string>();
      await eventually(10_000, async () => {
        seen.add(String(served(await client.chat(name))));
        expect([...seen].sort()).toEqual([...ids].sort());
      });
    });

    it('goes to a row with a pattern for a name when no other has it', async () => {
      const prefix = fresh('pattern');
      const wild = await client.made({ name: `${prefix}-*` });
      const exact = await client.made({ name: `${prefix}-exact` });
      expect(served(await client.chat(`${prefix}-anything`))).toBe(wild.id);
      expect(served(await client.chat(`${prefix}-exact`))).toBe(exact.id);
      const name = fresh('nobody');
      const refused = await client.chat(name);
      expect(refused.status).toBe(400);
      expect(messageOf(refused)).toContain(
        `You passed in model=${name}. There are no healthy deployments for this model`,
      );
      await client.remove(wild.id);
    });

    it('is refused with 400 for a name that nobody has', async () => {
      const name = fresh('nobody');
      const answered = await client.chat(name);
      expect(answered.status).toBe(400);
      expect(messageOf(answered)).toMatch(new RegExp(`^/chat/completions: Invalid model name passed in model=${name}`));
    });
  });

  it('lists the names that can be called', async () => {
    const { name } = await client.made();
    const answered = await client.call('GET', '/v1/models');
    expect(answered.status).toBe(200);
    expect(answered.json).toMatchObject({ object: 'list', data: expect.any(Array) });
    expect(await client.names()).toContain(name);
  });
}
