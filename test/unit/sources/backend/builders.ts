import {
  type BackendEntry,
  type BackendModel,
  backendModel,
  readBackends,
} from '../../../../src/sources/backend/index.ts';

/** An entry as the file's reader gives it. */
export function entry(wish: Record<string, unknown> = {}): BackendEntry {
  const file = { backends: [{ name: 'lab', url: 'http://10.0.0.5:11434/v1', ...wish }] };
  const read = readBackends(JSON.stringify(file), 'backends.yaml');
  if ('problems' in read || !read.value[0]) throw new Error(`no good entry: ${JSON.stringify(read)}`);
  return read.value[0];
}

export function model(id: string, wish: Partial<BackendModel> = {}): BackendModel {
  return backendModel({ entry: entry(), model: { id }, key: { state: 'none' }, ...wish }, 1);
}
