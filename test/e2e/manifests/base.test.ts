import { expect, test } from 'vitest';
import { render } from './render.ts';

test('base is free of any namespace, so that every way of installing can choose one', () => {
  const rendered = render('base');
  expect(rendered.length).toBeGreaterThan(0);
  expect(rendered.filter(({ kind }) => kind === 'Namespace')).toEqual([]);
  for (const { metadata } of rendered) expect(metadata.namespace).toBeUndefined();
});
