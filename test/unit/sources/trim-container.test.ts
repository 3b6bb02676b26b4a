// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables of shells and of Kubernetes, no templates of ours
import { describe, expect, it } from 'vitest';
import { mergeContainers } from '../../../src/sources/inference-service/merge-containers.ts';
import { readServerArguments, type ServerContainer } from '../../../src/sources/server-arguments.ts';
import { trimContainer } from '../../../src/sources/trim-container.ts';

const SECRET = 'sk-canary';

describe('trimContainer', () => {
  it.each<[string, ServerContainer, ServerContainer]>([
    ['nothing', {}, {}],
    ['an image', { image: 'vllm/vllm-openai' }, { image: 'vllm/vllm-openai' }],
    [
      'the program, the model and what is read',
      { command: ['python3', '-m', 'vllm.entrypoints.openai.api_server'], args: ['--model', '/m', '--port', '8080'] },
      { command: ['python3', '-m', 'vllm.entrypoints.openai.api_server'], args: ['--model', '/m', '--port'] },
    ],
    [
      'several names',
      { args: ['--served-model-name', 'a', 'b', '--max_model_len=4k', '--dtype=half', 'x'] },
      { args: ['--served-model-name', 'a', 'b', '--max_model_len=4k', '--dtype='] },
    ],
    [
      'a flag without value',
      { args: ['--is-embedding', '--trust-remote-code'] },
      { args: ['--is-embedding', '--trust-remote-code'] },
    ],
    [
      'a variable that is read, or that something refers to, or that may be referred to',
      {
        args: ['--served-model-name=$(WHO)'],
        env: [
          { name: 'WHO', value: 'a' },
          { name: 'KSERVE_OPENAI_ROUTE_PREFIX', value: '' },
          { name: 'MAX_MODEL_LEN', value: '4k' },
          { name: 'MODEL_NAME' },
          { name: 'HF_HOME', value: '/tmp' },
        ],
      },
      {
        args: ['--served-model-name=$(WHO)'],
        env: [
          { name: 'WHO', value: 'a' },
          { name: 'KSERVE_OPENAI_ROUTE_PREFIX', value: '' },
          { name: 'MAX_MODEL_LEN', value: '4k' },
          { name: 'MODEL_NAME' },
          { name: 'HF_HOME' },
        ],
      },
    ],
    [
      'a flag that may have no value, with what may hold further ones',
      {
        args: ['--trust-remote-code', '$(MORE)', '--port', '$(PORT)'],
        env: [
          { name: 'MORE', value: '--served-model-name=a' },
          { name: 'PORT', value: '8080' },
        ],
      },
      {
        args: ['--trust-remote-code', '$(MORE)', '--port', '$(PORT)'],
        env: [{ name: 'MORE', value: '--served-model-name=a' }, { name: 'PORT' }],
      },
    ],
    [
      'a variable that another refers to',
      {
        args: ['--served-model-name=$(NAME)'],
        env: [
          { name: 'SIZE', value: '7b' },
          { name: 'NAME', value: 'a-$(SIZE)' },
        ],
      },
      {
        args: ['--served-model-name=$(NAME)'],
        env: [
          { name: 'SIZE', value: '7b' },
          { name: 'NAME', value: 'a-$(SIZE)' },
        ],
      },
    ],
  ])('keeps %s', (_, container, kept) => {
    expect(trimContainer(container)).toEqual(kept);
  });

  it.each<[string, ServerContainer]>([
    ['a flag with =', { args: [`--api-key=${SECRET}`, '--served-model-name=a'] }],
    ['the next word', { args: ['--api-key', SECRET, '--served-model-name=a'] }],
    [
      'the first of the arguments',
      { command: ['vllm', 'serve', 'm', '--api-key'], args: [SECRET, '--served-model-name=a'] },
    ],
    ['flags in one text with =', { args: [`--model=m --api-key=${SECRET} --served-model-name a`] }],
    ['all flags in one text', { args: [`--api-key ${SECRET} --served-model-name a`] }],
    ['a script', { command: ['sh', '-c'], args: [`vllm serve m --api-key "${SECRET}" --served-model-name a`] }],
    [
      'a script with a line that goes on',
      { command: ['sh', '-c', `vllm serve m --api-key \\\n  '${SECRET}' --served-model-name a`] },
    ],
    [
      'a variable in a script',
      { command: ['bash', '-lc', `export HF_TOKEN=${SECRET}; vllm serve m --served-model-name a`] },
    ],
    [
      'a header in a script',
      { command: ['sh', '-c', `curl -H "Authorization: Bearer ${SECRET}" x; vllm serve m --served-model-name a`] },
    ],
    [
      'a command with a variable',
      { command: ['env', `HF_TOKEN=${SECRET}`, 'vllm', 'serve', 'm'], args: ['--served-model-name=a'] },
    ],
    [
      'a header without quotes in a script',
      { command: ['sh', '-c', `curl -H Authorization: Bearer ${SECRET} x; vllm serve m --served-model-name a`] },
    ],
    ['a short option', { command: ['vllm', 'serve', 'm'], args: ['-k', SECRET, '--served-model-name=a'] }],
    [
      'the output of a command',
      { command: ['sh', '-c', `vllm serve m --port $(port --key ${SECRET}) --served-model-name a`] },
    ],
    [
      'a script in a script',
      { command: ['sh', '-c', `bash -c "vllm serve m --api-key '${SECRET}' --served-model-name a" && echo "b"`] },
    ],
    [
      'a comment',
      {
        command: [
          'sh',
          '-c',
          `# ${SECRET}
vllm serve m --served-model-name a`,
        ],
      },
    ],
    [
      'a flag with several values',
      { command: ['sh', '-c', `vllm serve m --api-key x ${SECRET} --served-model-name a`] },
    ],
    [
      'further arguments',
      {
        args: ['--model=m'],
        env: [{ name: 'VLLM_ADDITIONAL_ARGS', value: `--api-key=${SECRET} --served-model-name a` }],
      },
    ],
    [
      'variables',
      {
        args: ['--api-key', '$(KEY)', '--served-model-name=a'],
        env: [
          { name: 'KEY', value: SECRET },
          { name: 'MODEL_API_KEY', value: SECRET },
          { name: 'HF_TOKEN', value: SECRET },
          { name: 'OTHER', value: SECRET },
          { name: 'MODEL_STORE_PW', value: SECRET },
          { name: 'MODEL_PAT', value: SECRET },
          { name: 'CURL', value: `-u user:${SECRET}` },
          { name: 'MORE', value: `--task=embed -H 'Authorization: Bearer ${SECRET}'` },
        ],
      },
    ],
  ])('takes secrets out of %s, and leaves readable what is read', (_, container) => {
    const trimmed = trimContainer(container);
    expect(JSON.stringify(trimmed)).not.toContain('canary');
    const object = { name: 'isvc', appended: false };
    expect(readServerArguments(trimmed, object).servedNames).toEqual(['a']);
    expect(readServerArguments(trimmed, object)).toEqual(readServerArguments(container, object));
  });

  it.each([
    'vllm serve /mnt/models --enable-x \\\n --served-model-name a',
    'vllm serve /mnt/models --port $(PORT) --served-model-name a',
    'vllm serve /mnt/models --tensor-parallel-size $(nvidia-smi -L | wc -l) --served-model-name a',
    'vllm serve /mnt/models --tensor-parallel-size=$(echo $(nproc)) --served-model-name a',
    'vllm serve /mnt/models --tensor-parallel-size `nvidia-smi -L | wc -l` --served-model-name a',
    'vllm serve /mnt/models --api-key "$(cat /key)" --served-model-name a',
    'vllm serve /mnt/models --port {{ .Labels.port }} --served-model-name a',
    'uv run --frozen vllm serve m --served-model-name a',
    'export MORE="--api-key x --served-model-name a"; vllm serve m --trust-remote-code $MORE',
  ])('leaves readable: %s', (script) => {
    const container = { command: ['sh', '-c', script] };
    const object = { name: 'isvc', appended: false };
    const read = readServerArguments(container, object);
    expect(read).toMatchObject({ servedNames: ['a'], server: 'vllm' });
    expect(readServerArguments(trimContainer(container), object)).toEqual(read);
  });

  it('leaves what is made of a secret unknown', () => {
    const container = { command: ['sh', '-c', `NAME_KEY=${SECRET}; vllm serve m --served-model-name x-$NAME_KEY`] };
    const trimmed = trimContainer(container);
    expect(JSON.stringify(trimmed)).not.toContain('canary');
    const { servedNames, unread } = readServerArguments(trimmed, { name: 'isvc', appended: false });
    expect([servedNames, unread.map(({ setting }) => setting)]).toEqual([[], ['servedNames']]);
  });

  it('a variable whose value is not kept is not taken for one that is not set', () => {
    const runtime = { command: ['sh', '-c', 'vllm serve m --served-model-name ${WHO:-house}'] };
    const read = (own: ServerContainer) => {
      const merged = mergeContainers(trimContainer(runtime), trimContainer(own));
      const { servedNames, unread } = readServerArguments(merged, { name: 'isvc', appended: false });
      return [...servedNames, ...unread.map(({ setting }) => setting)];
    };
    expect(read({ env: [{ name: 'WHO', value: 'a' }] })).toEqual(['servedNames']);
    expect(read({ env: [{ name: 'WHO', value: '' }] })).toEqual(['house']);
    expect(read({})).toEqual(['house']);
  });

  it('keeps scripts readable with their variables', () => {
    const container = {
      command: ['/bin/bash', '-o', 'pipefail', '-c'],
      args: [
        'NAME=a; LIMIT=4096\nexec python3 -m vllm.entrypoints.openai.api_server --served-model-name "$NAME" b --max-model-len ${LIMIT}',
      ],
    };
    const object = { name: 'isvc', appended: false };
    expect(readServerArguments(trimContainer(container), object)).toMatchObject({
      servedNames: ['a', 'b'],
      maxModelLen: 4096,
      server: 'vllm',
    });
  });

  it.each(['--a=\\"', '--a="', "--a='", '--a "\\', 'A="', 'A=1 ', '--a--a', '--a    ', '$A B=1 ', '"--a', '\\'])(
    'is done in time with a long text of %j',
    (piece) => {
      const text = `vllm serve m ${piece.repeat(Math.ceil(200_000 / piece.length))}`;
      const env = [{ name: 'VLLM_ADDITIONAL_ARGS', value: text }];
      expect(trimContainer({ command: ['sh', '-c', text], args: [text, ...text.split(' ')], env }).command?.[0]).toBe(
        'sh',
      );
    },
  );
});
