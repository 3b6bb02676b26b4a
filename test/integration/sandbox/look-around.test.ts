import { expect, test } from 'vitest';
import { programName } from '../../../src/commands/sandbox/look-around.ts';

test.each([
  ['installed', '/usr/lib/node_modules/.bin/model-registrar', {}, 'model-registrar'],
  ['in a checkout', '/home/me/registrar/src/main.ts', {}, 'node src/main.ts'],
  [
    'in a checkout, by npm',
    '/home/me/registrar/src/main.ts',
    { npm_lifecycle_event: 'sandbox' },
    'npx node src/main.ts',
  ],
])('the program is called as it was called: %s', (_, script, environment, name) => {
  expect(programName({ script, folder: '/home/me/registrar', environment })).toBe(name);
});
