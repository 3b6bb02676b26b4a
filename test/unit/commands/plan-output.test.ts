import { expect, test } from 'vitest';
import { planDocument, planTable } from '../../../src/commands/plan-output.ts';

test('names the LiteLLM of each line where there are several, also where just one could be read', () => {
  const document = planDocument([], []);
  document.waiting.push({ source: 'service/llm/vllm', litellm: 'gpu', why: 'it waits' });
  expect(planTable(document)).toContain('service/llm/vllm  it waits');
  expect(planTable(document, true)).toContain('service/llm/vllm  LiteLLM gpu  it waits');
});

test('where nothing is to be changed it says that all is in step, unless something could not be read', () => {
  expect(planTable(planDocument([], []))).toBe('In step. 0 objects looked at.\n');
  expect(planTable(planDocument([], ['Backend box: it cannot be reached']))).toBe(
    '! Backend box: it cannot be reached: nothing is planned for it\nNot all could be read. 0 objects looked at.\n',
  );
});
