import { expect, it } from 'vitest';
import { UnreadableObjectError } from '../../../src/sources/unreadable-object.ts';

it('says what is wrong and what to do', () => {
  const error = new UnreadableObjectError('InferenceService', ['metadata.uid', 'metadata.name']);
  expect(error).toMatchObject({
    name: 'UnreadableObjectError',
    code: 'UNREADABLE_OBJECT',
    message:
      'An object of kind InferenceService cannot be read: metadata.uid, metadata.name is missing or malformed. Look at it with kubectl get -o yaml.',
  });
});
