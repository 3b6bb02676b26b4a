import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FLOORS, findViolations, readSources } from '../../scripts/check-imports.ts';

const root = join(import.meta.dirname, '../..');

function check(files: Record<string, string>): string[] {
  return findViolations(new Map(Object.entries(files)));
}

test('this repository keeps its directions of import', () => {
  const sources = readSources(root);
  expect(sources.size).toBeGreaterThan(0);
  expect(findViolations(sources)).toEqual([]);
});

describe('reported', () => {
  test.each([
    ['an import', "import { loop } from '../controller/index.ts';"],
    ['an import of a type', "import type { Loop } from '../controller/index.ts';"],
    ['one over several lines', "import {\n  loop,\n  type Loop,\n} from '../controller/index.ts';"],
    ['a re-export', "export { loop } from '../controller/index.ts';"],
    ['an import for its effect', "import '../controller/index.ts';"],
    ['a late import', "const { loop } = await import('../controller/index.ts');"],
    ['a type in place', "type Loop = import('../controller/index.ts').Loop;"],
  ])('upward: %s', (_case, text) => {
    expect(check({ 'src/litellm/client.ts': text })).toEqual([
      expect.stringMatching(
        /^src\/litellm\/client\.ts:\d may not import src\/controller\/index\.ts: litellm imports registration, json$/,
      ),
    ]);
  });

  test('the line, after other imports', () => {
    const text = "import { a } from './a.ts';\n\nimport {\n  loop,\n} from '../controller/index.ts';\n";
    expect(check({ 'src/litellm/client.ts': text })).toEqual([expect.stringContaining('client.ts:5 may not')]);
  });

  test('sideways, where the floor has no such arrow', () => {
    expect(check({ 'src/sources/source.ts': "import { x } from '../litellm/index.ts';" })).toHaveLength(1);
    expect(check({ 'src/telemetry/log.ts': "import { x } from '../config/index.ts';" })).toHaveLength(1);
    expect(check({ 'src/main.ts': "import { x } from './telemetry/index.ts';" })).toHaveLength(1);
  });

  test('past the door of another floor, and of a room on the same floor', () => {
    expect(
      check({
        'src/controller/loop.ts': "import { x } from '../litellm/client.ts';",
        'src/sources/catalogue.ts': "import { y } from './inference-service/project.ts';",
        'src/commands/run.ts': "import { z } from '../sources/inference-service/index.ts';",
      }),
    ).toEqual([
      'src/controller/loop.ts:1 goes past a door: import src/litellm/index.ts, not src/litellm/client.ts',
      'src/sources/catalogue.ts:1 goes past a door: import src/sources/inference-service/index.ts, not src/sources/inference-service/project.ts',
      'src/commands/run.ts:1 goes past a door: import src/sources/index.ts, not src/sources/inference-service/index.ts',
    ]);
  });

  test('a circle, of two and of more, of types too, and a file that imports itself', () => {
    const circle = check({
      'src/litellm/a.ts': "import { b } from './b.ts';",
      'src/litellm/b.ts': "import type { C } from './c.ts';",
      'src/litellm/c.ts': "import { a } from './a.ts';",
    });
    expect(circle).toEqual([
      'import each other in a circle: src/litellm/a.ts → src/litellm/b.ts → src/litellm/c.ts → src/litellm/a.ts',
    ]);
    expect(check({ 'src/litellm/a.ts': "import { a } from './a.ts';" })).toHaveLength(1);
  });

  test('a folder on no floor, and what leaves src', () => {
    expect(check({ 'src/helpers/x.ts': "import { y } from '../litellm/index.ts';" })).toEqual([
      expect.stringContaining('add src/helpers to FLOORS'),
    ]);
    expect(check({ 'src/litellm/x.ts': "import { y } from '../helpers/index.ts';" })).toHaveLength(1);
    expect(check({ 'src/litellm/x.ts': "import { y } from '../../test/fake.ts';" })).toEqual([
      'src/litellm/x.ts:1 leaves src: test/fake.ts',
    ]);
  });

  test('input and output in a pure folder, and Kubernetes in the client of LiteLLM', () => {
    expect(check({ 'src/registration/plan.ts': "import { readFileSync } from 'node:fs';" })).toEqual([
      'src/registration/plan.ts:1 may not import node:fs: the domain does no I/O',
    ]);
    expect(check({ 'src/sources/inference-service/x.ts': "import { request } from 'undici';" })).toHaveLength(1);
    expect(check({ 'src/litellm/x.ts': "import type { V1Pod } from '@kubernetes/client-node';" })).toHaveLength(1);
  });
});

describe('not reported', () => {
  test('what runs downward through doors, inside a room, and up to a room that one stands in', () => {
    expect(
      check({
        'src/main.ts': "import { program } from './commands/index.ts';",
        'src/controller/loop.ts': "import { plan } from '../registration/index.ts';\nimport { turn } from './turn.ts';",
        'src/sources/catalogue.ts': "import { isvc } from './inference-service/index.ts';",
        'src/sources/inference-service/index.ts': "import type { Source } from '../source.ts';",
        'src/registration/id.ts': "import { createHash } from 'node:crypto';\nimport { z } from 'zod';",
        'src/telemetry/version.ts': "import json from '../../package.json' with { type: 'json' };",
      }),
    ).toEqual([]);
  });

  test('what a comment shows', () => {
    const text = "/**\n * import { loop } from '../controller/index.ts';\n */\n// import '../controller/index.ts';\n";
    expect(check({ 'src/litellm/client.ts': text })).toEqual([]);
  });
});

test('the table of floors has no circle itself', () => {
  const order = Object.keys(FLOORS);
  for (const [floor, below] of Object.entries(FLOORS)) {
    for (const name of below) expect(order.indexOf(name), `${floor} → ${name}`).toBeGreaterThan(order.indexOf(floor));
  }
});

test.each(readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory()))(
  'the house in CONTRIBUTING.md has src/$name, and what it may import',
  ({ name }) => {
    const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
    const [, , imports = ''] = new RegExp(`^\\| \`src/${name}/\` \\|(.*)\\|(.*)\\|$`, 'm').exec(text) ?? [];
    const may = FLOORS[name] ?? [];
    const told = name === 'commands' ? 'everything' : may.join(', ') || 'nothing of ours';
    expect(imports.trim()).toBe(told);
  },
);
