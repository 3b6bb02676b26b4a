import { readFile } from 'node:fs/promises';
import { askModels, type BackendHttp, createBackendHttp, readKeyFile } from '../../backends/index.ts';
import { quoted } from '../../registration/index.ts';
import { type BackendEntry, countsModel, readBackends } from '../../sources/index.ts';
import { counted } from '../output.ts';
import { type Finding, failed, failure, ok, warning } from './check.ts';
import type { Note } from './kubernetes.ts';

/** Reads the file of `--backends`, and asks each of them once; no model is called. */
export async function examineBackends(file: string, litellms: readonly string[], note: Note): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const read = text === undefined ? { problems: [`${file} cannot be read`] } : readBackends(text, file);
  if ('problems' in read) {
    const next = 'Correct it: until then it changes nothing, and after a start nothing is known of any backend.';
    note('backends-file', 'File', failed(`${read.problems.join('; ')}.`, next));
    return;
  }
  note('backends-file', 'File', ok(`${file} lists ${counted(read.value.length, 'backend')}.`));
  const http = createBackendHttp();
  try {
    const findings = await Promise.all(read.value.map((entry) => ask(http, entry, litellms)));
    read.value.forEach(({ name }, index) => {
      const finding = findings[index];
      if (finding) note(`backend-${name}`, name, finding);
    });
  } finally {
    await http.close();
  }
}

async function ask(http: BackendHttp, entry: BackendEntry, litellms: readonly string[]): Promise<Finding> {
  if (entry.litellm !== undefined && !litellms.includes(entry.litellm)) {
    const says = `litellm of its entry is ${quoted(entry.litellm)}: there is no such LiteLLM.`;
    return failed(says, `Name one of ${litellms.join(', ')}, or list it in the section litellms of --config.`);
  }
  // What it is told from its version later does not matter here.
  const key = await readKeyFile(entry['api-key-file'], { state: 'none' }, () => Promise.resolve('doctor'));
  if (key.state === 'unknown')
    return failed(`${key.why}.`, 'Correct the file: until then none of its models is registered.');
  try {
    const value = key.state === 'known' ? key.value : undefined;
    const { models } = await askModels(http, entry, value, new AbortController().signal);
    const left = models.filter(({ id }) => countsModel(entry, id)).length;
    const listed = `${entry.url} lists ${counted(models.length, 'model')}`;
    if (left === 0)
      return warning(`${listed}, and include and exclude leave none of them.`, 'Correct the patterns of its entry.');
    return ok(left === models.length ? `${listed}.` : `${listed}, of which ${left} count.`);
  } catch (error) {
    return failure(error);
  }
}
