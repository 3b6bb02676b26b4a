import { describe, expect, it } from 'vitest';
import { fillTemplate, openTemplate, templateValues } from '../../../src/sources/template.ts';

describe('fillTemplate', () => {
  const object = { name: 'qwen', namespace: 'llm', labels: { size: '7b' }, annotations: { model: 'org/m' } };

  it.each([
    ['{{.Name}}', 'qwen'],
    ['--served-model-name={{ .Name }}', '--served-model-name=qwen'],
    ['{{.Namespace}}/{{.Name}}', 'llm/qwen'],
    ['{{.Name}}-{{.Labels.size}}', 'qwen-7b'],
    ['{{.Annotations.model}}', 'org/m'],
    ['{{.Labels.toString}}', '{{.Labels.toString}}'],
    ['{{.Labels.none}}', '{{.Labels.none}}'],
    ['{{.UID}} {{if .Name}}', '{{.UID}} {{if .Name}}'],
    ['plain', 'plain'],
    ['{{- .Name -}}', 'qwen'],
    ['{{-  .Name }} {{ .Namespace  -}}', 'qwen llm'],
    ['a {{- .Name -}} b {{- .Labels.size }}', 'aqwenb7b'],
    ['a {{- .Labels.none -}} b', 'a {{- .Labels.none -}} b'],
    ['{{-.Name}} {{.Name-}}', '{{-.Name}} {{.Name-}}'],
    ['{{ index .Annotations "a/b" }}', '{{ index .Annotations "a/b" }}'],
    ['{{.Name | printf "%s-x"}}', '{{.Name | printf "%s-x"}}'],
  ])('%s', (text, filled) => {
    expect(fillTemplate(text, object)).toBe(filled);
  });

  it('leaves alone what is not known', () => {
    expect(fillTemplate('{{.Namespace}}{{.Labels.size}}', { name: 'qwen' })).toBe('{{.Namespace}}{{.Labels.size}}');
  });

  it.each(['{{ ', '{{- ', ' ', '{{.Labels.a', '{{ .Name '])('is done in time with a long text of %j', (piece) => {
    const text = `{{${piece.repeat(200_000)}`;
    expect(fillTemplate(text, { name: 'qwen' })).toBe(text);
  });

  it('takes a name that looks like a pattern of a replacement as it is', () => {
    expect(fillTemplate('{{.Name}}', { name: '$&$1' })).toBe('$&$1');
  });
});

it.each([
  ['a', undefined],
  ['a {{ index .Annotations "a/b" }} {{.x}}', '{{ index .Annotations "a/b" }}'],
  ['{{', '{{'],
  [`{{${'a'.repeat(100)}}}`, `{{${'a'.repeat(58)}`],
])('openTemplate: %s', (text, open) => {
  expect(openTemplate(text)).toBe(open);
});

it('templateValues keeps what a template can name, and nothing long', () => {
  const values = { size: '7b', 'app.kubernetes.io/name': 'x', 'a-b': 'x', long: 'x'.repeat(257), number: 7, _a1: '' };
  expect(templateValues(values)).toEqual({ size: '7b', _a1: '' });
});
