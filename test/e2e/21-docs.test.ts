import { globSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isShown, scriptsOf } from '../support/page-scripts.ts';
import { setTheScene } from './docs/stages.ts';
import { openWorkshop, type Workshop } from './docs/workshop.ts';
import { openScene, type Scene } from './scene.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const pages = globSync('{*.md,docs/**/*.md}', { cwd: ROOT })
  .toSorted()
  .map((page) => ({ page, scripts: scriptsOf(join(ROOT, page)) }))
  .filter(({ scripts }) => scripts.some(({ notRun }) => notRun === undefined));

let scene: Scene;
let workshop: Workshop;

beforeEach(async () => {
  scene = await openScene();
  workshop = await openWorkshop(scene);
});

afterEach(async () => {
  await scene.bed.kubernetes.kubectl(['delete', 'configmap', 'inferenceservice-config', '-n', 'kserve']);
  await workshop.close();
  await scene.close();
});

describe('docs: the shell commands of every page run, and print what it shows', () => {
  test.each(pages)('21: $page', async ({ page, scripts }) => {
    await setTheScene(page, scene, workshop);
    for (const { line, text, notRun, exit, shows } of scripts) {
      if (notRun !== undefined) continue;
      const { code, output } = await workshop.run(text);
      const told = `${page}:${line}\n${text}\n${output}`;
      expect(code, told).toBe(exit);
      expect(
        shows.filter((one) => !isShown(one, output)),
        told,
      ).toEqual([]);
    }
  });
});
