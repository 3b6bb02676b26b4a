// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables of shells and of Kubernetes, no templates of ours
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readServerArguments, type ServerContainer } from '../../../src/sources/server-arguments.ts';

/** Any text, with what is seldom in one; fast-check's own `binary` unit takes a second to set up. */
const anyText = fc.string({
  unit: fc.oneof(fc.nat(0x7f), fc.nat(0xffff)).map((code) => String.fromCharCode(code)),
});

/** A container of the object's own: all its arguments are known. */
const whole = (container: ServerContainer) => readServerArguments(container, { name: 'isvc', appended: false });
/** Arguments that follow those of a serving runtime. */
const appended = (...args: string[]) => readServerArguments({ args }, { name: 'isvc', appended: true });

describe('served names', () => {
  it.each<[string, string[], string[]]>([
    ['none', [], []],
    ['--k=v', ['--served-model-name=a'], ['a']],
    ['--k v', ['--served-model-name', 'a'], ['a']],
    ['underscores', ['--served_model_name=a'], ['a']],
    ['several', ['--served-model-name', 'a', 'b', 'c', '--port', '80'], ['a', 'b', 'c']],
    ['one twice', ['--served-model-name', 'a', 'b', 'a'], ['a', 'b']],
    ['one after =', ['--served-model-name=a', 'b'], ['a']],
    ['the last flag', ['--served-model-name=a', '--served-model-name', 'b', 'c'], ['b', 'c']],
    ['the Hugging Face server', ['--model_name=a'], ['a']],
    ['its last flag', ['--model_name=a', '--model-name=b'], ['b']],
    ['its vLLM name, which wins', ['--served-model-name=a', '--model_name=b'], ['a']],
    ['an empty one', ['--served-model-name='], []],
    ['a flag without value', ['--served-model-name', '--port=80'], []],
    ['the name of the object', ['--served-model-name={{.Name}}-x', '--model_name={{ .Name }}'], ['isvc-x']],
    ['a model, when a runtime names it', ['--model=/mnt/models'], []],
  ])('%s', (_, args, names) => {
    expect(appended(...args).servedNames).toEqual(names);
  });

  it.each<[string, ServerContainer, string[]]>([
    ['vllm serve MODEL', { command: ['vllm', 'serve'], args: ['org/m', '--port=80'] }, ['org/m']],
    ['vllm serve with a flag first', { command: ['vllm', 'serve', '--port', '80'] }, []],
    ['vllm serve and nothing', { command: ['vllm', 'serve'] }, []],
    [
      '--model',
      { command: ['python3', '-m', 'vllm.entrypoints.openai.api_server'], args: ['--model', 'org/m'] },
      ['org/m'],
    ],
    ['a module and a word', { command: ['python3', '-m', 'vllm.entrypoints.openai.api_server', 'org/m'] }, []],
    ['--model over the word', { command: ['vllm', 'serve', 'a'], args: ['--model=b'] }, ['b']],
    ['a served name over all', { command: ['vllm', 'serve', 'a', '--served-model-name', 'b'] }, ['b']],
    ['the image alone', { image: 'vllm/vllm-openai:v1', args: ['org/m', '--port=80'] }, ['org/m']],
    ['the image with serve', { image: 'vllm/vllm-openai:v1', args: ['serve', 'org/m'] }, ['org/m']],
    [
      'the image with a script of its own',
      { image: 'vllm/vllm-openai:v1', command: ['/start.sh'], args: ['org/m'] },
      [],
    ],
    ['SGLang', { command: ['python', '-m', 'sglang.launch_server', '--model-path=org/m'] }, ['org/m']],
    ['a server of unknown kind', { args: ['--model=org/m'] }, ['org/m']],
    ['Text Embeddings Inference, which takes any', { args: ['text-embeddings-router', '--model=org/m'] }, []],
    ['llama.cpp', { command: ['llama-server', '-m', 'x.gguf', '-a', 'a'] }, ['a']],
    ['llama.cpp, long', { command: ['llama-server', '--model=x', '--alias', 'a'] }, ['a']],
    [
      'the Hugging Face server',
      { command: ['python', '-m', 'huggingfaceserver'], args: ['--model_id=org/m'] },
      ['model'],
    ],
    ['its image', { image: 'kserve/huggingfaceserver:v0.20.0' }, ['model']],
    ['its image with a script', { image: 'kserve/huggingfaceserver:v0.20.0', command: ['/start.sh'] }, []],
    ['a one-liner', { command: ['sh', '-c', 'vllm serve m --served-model-name x --max-model-len 4k'] }, ['x']],
    ['one text', { args: ['--model m --served-model-name x'] }, ['x']],
  ])('of a container: %s', (_, container, names) => {
    expect(whole(container).servedNames).toEqual(names);
  });

  it('takes the model of a script, though a runtime has further arguments', () => {
    const container = { command: ['sh', '-c'], args: ['vllm serve /mnt/models'] };
    expect(readServerArguments(container, { name: 'isvc', appended: true }).servedNames).toEqual(['/mnt/models']);
  });

  it.each<[string, ServerContainer, string[]]>([
    ['SERVED_MODEL_NAME', { env: [{ name: 'SERVED_MODEL_NAME', value: 'a' }] }, ['a']],
    ['MODEL_NAME', { env: [{ name: 'MODEL_NAME', value: 'a' }] }, ['a']],
    [
      'the first before the second',
      {
        env: [
          { name: 'MODEL_NAME', value: 'b' },
          { name: 'SERVED_MODEL_NAME', value: '{{.Name}}' },
        ],
      },
      ['isvc'],
    ],
    ['a flag before both', { args: ['--model_name=f'], env: [{ name: 'SERVED_MODEL_NAME', value: 'a' }] }, ['f']],
    ['an empty one', { args: ['--model=m'], env: [{ name: 'MODEL_NAME', value: '' }] }, ['m']],
    [
      'MODEL_NAME before the model of an unknown server',
      { args: ['--model=m'], env: [{ name: 'MODEL_NAME', value: 'a' }] },
      ['a'],
    ],
    [
      'the model of vLLM, which does not know MODEL_NAME',
      { command: ['vllm', 'serve', '/models/$(MODEL_NAME)'], env: [{ name: 'MODEL_NAME', value: 'a' }] },
      ['/models/a'],
    ],
    [
      'VLLM_ADDITIONAL_ARGS',
      { args: ['--model=m'], env: [{ name: 'VLLM_ADDITIONAL_ARGS', value: `--served-model-name 'a b' c` }] },
      ['a b', 'c'],
    ],
    ['INFERENCE_SERVICE_NAME', { args: ['--served-model-name=$(INFERENCE_SERVICE_NAME)'] }, ['isvc']],
  ])('of the environment: %s', (_, container, names) => {
    expect(whole(container)).toMatchObject({ servedNames: names, unread: [] });
  });
});

describe('references', () => {
  const env = [{ name: 'NAME', value: 'a' }, { name: 'SECRET' }, { name: 'NESTED', value: '$(NAME)-$(SECRET)' }];

  it.each(['$(NAME)', '${NAME}', '$NAME'])('%s is put in place', (reference) => {
    expect(whole({ args: [`--served-model-name=${reference}`, '--max-model-len', '1k'], env })).toEqual({
      servedNames: ['a'],
      flagged: true,
      maxModelLen: 1000,
      unread: [],
    });
  });

  it.each([
    ['$(SECRET)', '$(SECRET)'],
    ['x-${SECRET}', '${SECRET}'],
    ['$NONE', '$NONE'],
    ['$(NESTED)', '$(SECRET)'],
    ['{{.Labels.model}}', '{{.Labels.model}}'],
    ['{{ index .Annotations "a/b" }}', '{{ index .Annotations "a/b" }}'],
    ['x-{{.Name | printf "%s-x"}}', '{{.Name | printf "%s-x"}}'],
  ])('%s leaves the flag out, with a note', (value, reference) => {
    expect(whole({ args: ['--model=m', '--served-model-name=early', '--served_model_name', value, 'b'], env })).toEqual(
      {
        servedNames: [],
        unread: [
          {
            setting: 'servedNames',
            what: `--served_model_name refers to ${reference}, whose value is not known`,
          },
        ],
      },
    );
  });

  it('leaves out a further name alone', () => {
    expect(whole({ args: ['--served-model-name', 'a', '$(SECRET)', 'b'], env })).toEqual({
      servedNames: ['a', 'b'],
      flagged: true,
      unread: [],
    });
  });

  it('notes each setting', () => {
    const args = ['--max-model-len=$(SECRET)', '--task=$(SECRET)', '--runner=$(SECRET)', '--convert=$(SECRET)'];
    const { unread, ...read } = whole({
      args,
      env: [...env, { name: 'MODEL_NAME' }, { name: 'KSERVE_OPENAI_ROUTE_PREFIX' }],
    });
    expect(read).toEqual({ servedNames: [] });
    expect(unread.map(({ setting }) => setting)).toEqual([
      'servedNames',
      'maxModelLen',
      'mode',
      'mode',
      'mode',
      'openAiPrefix',
    ]);
    expect(unread[0]?.what).toBe('MODEL_NAME refers to a Secret, ConfigMap or field, whose value is not known');
  });

  it('never gives back a variable that no setting refers to', () => {
    const secret = { name: 'API_KEY', value: 'sk-canary' };
    const args = ['--api-key', '$(API_KEY)', '--served-model-name=x'];
    expect(JSON.stringify(whole({ args, env: [secret] }))).not.toContain('canary');
  });
});

describe('mode and task', () => {
  it.each<[string[], string | undefined]>([
    [[], undefined],
    [['--task', 'embed'], 'embedding'],
    [['--task=embedding'], 'embedding'],
    [['--task=text_embedding'], 'embedding'],
    [['--task=score'], 'rerank'],
    [['--task=rerank'], 'rerank'],
    [['--task=transcription'], 'audio_transcription'],
    [['--task=generate'], undefined],
    [['--task=embed', '--task=generate'], undefined],
    [['--task=auto', '--runner=pooling'], 'embedding'],
    [['--runner', 'pooling'], 'embedding'],
    [['--runner=generate'], undefined],
    [['--convert', 'embed'], 'embedding'],
    [['--runner=pooling', '--convert=auto'], 'embedding'],
    [['--runner=pooling', '--convert=none'], 'embedding'],
    [['--runner=pooling', '--convert=classify'], undefined],
    [['--runner=pooling', '--task=classify'], undefined],
    [['--embedding'], undefined],
    [['llama-server', '--embedding'], 'embedding'],
    [['llama-server', '--embeddings'], 'embedding'],
    [['llama-server', '--reranking'], 'rerank'],
    [['llama-server', '--rerank', '--embedding'], 'rerank'],
    [['llama-server'], undefined],
    [['sglang', 'serve', '--is-embedding'], 'embedding'],
    [['sglang', 'serve'], undefined],
  ])('%j -> %s', (args, mode) => {
    expect(appended(...args).mode).toBe(mode);
  });

  it('gives the task as it is written', () => {
    expect(appended('--task=token_classification').task).toBe('token_classification');
  });
});

describe('context length', () => {
  it.each<[string[], number | undefined]>([
    [['--max-model-len', '4096'], 4096],
    [['--max_model_len=4096'], 4096],
    [['--max_length=512'], 512],
    [['--max_length=512', '--max-model-len=1024'], 1024],
    [['--max-model-len=1024', '--max_length=512'], 512],
    [['--max-model-len=32k'], 32_000],
    [['--max-model-len=32K'], 32_768],
    [['--max-model-len=1m'], 1_000_000],
    [['--max-model-len=1M'], 1_048_576],
    [['--max-model-len', '-1'], undefined],
    [['--max-model-len=auto'], undefined],
    [['--max-model-len=4096', '--max-model-len=auto'], undefined],
    [['--max-model-len=0'], undefined],
    [['--max-model-len=lots'], undefined],
    [['--max-model-len'], undefined],
    [['--context-length=100'], 100],
  ])('%j -> %s', (args, tokens) => {
    expect(appended(...args).maxModelLen).toBe(tokens);
  });
});

describe('path and server', () => {
  it.each(['/openai', '', 'my-prefix'])('reads the prefix %j as it is written', (value) => {
    expect(whole({ env: [{ name: 'KSERVE_OPENAI_ROUTE_PREFIX', value }] }).openAiPrefix).toBe(value);
  });

  it('reads a prefix that a script sets', () => {
    const command = ['sh', '-c', 'export KSERVE_OPENAI_ROUTE_PREFIX=/x; python -m huggingfaceserver'];
    expect(whole({ command })).toMatchObject({ openAiPrefix: '/x', server: 'huggingface' });
  });

  it('takes the command before the image', () => {
    expect(whole({ image: 'vllm/vllm-openai', command: ['llama-server'] }).server).toBe('llama.cpp');
    expect(whole({ image: 'vllm/vllm-openai', command: ['/start.sh'] }).server).toBe('vllm');
    expect(whole({ image: 'nginx' })).toEqual({ servedNames: [], unread: [] });
  });
});

describe('whatever it is given', () => {
  const words =
    'sh -c -lc exec vllm serve $@ $(A) ${A} " \' \\ ; = A=1 ` > # {{.Name}} {{.Labels.x}} --served-model-name --model --task --max-model-len';
  const piece = fc.constantFrom(' ', '\n', ...words.split(' '));
  const text = fc.oneof(
    anyText,
    piece,
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(' ')),
  );
  const container = fc.record(
    {
      image: text,
      command: fc.array(text, { maxLength: 6 }),
      args: fc.array(text, { maxLength: 12 }),
      env: fc.array(
        fc.record(
          { name: fc.oneof(text, fc.constantFrom('A', 'MODEL_NAME', 'VLLM_ADDITIONAL_ARGS')), value: text },
          { requiredKeys: ['name'] },
        ),
        { maxLength: 4 },
      ),
    },
    { requiredKeys: [] },
  );

  it('never throws, and names are never empty or unresolved', () => {
    fc.assert(
      fc.property(container, fc.boolean(), (given, isAppended) => {
        const read = readServerArguments(given, { name: 'isvc', appended: isAppended });
        for (const name of read.servedNames) expect(name).not.toBe('');
        expect(new Set(read.servedNames).size).toBe(read.servedNames.length);
        for (const { what } of read.unread) expect(what.length).toBeLessThan(300);
      }),
      { numRuns: 500 },
    );
  });
});
