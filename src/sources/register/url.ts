import { digest, NO_NAMESPACE, type Projection, REGISTER_KIND, readOptions } from '../../registration/index.ts';
import { checkedUrl, declaredNames, nameProblems, registrationsOf, secretOf } from '../object/index.ts';
import type { Source, SourceObject } from '../source.ts';

/** A model server that an administrator names by its address alone. */
export interface UrlObject extends SourceObject {
  /** The base of its OpenAI API, such as `http://gpu-box:8000/v1`. */
  url: string;
  annotations: Readonly<Record<string, string>>;
  /** The namespace in which the Secret with its key is. */
  secretsIn: string;
}

/** An object for an address; there is none in Kubernetes. @param publicName - the first that it is to have: by it the address is known */
export function listedUrl(publicName: string, given: Pick<UrlObject, 'url' | 'annotations' | 'secretsIn'>): UrlObject {
  const name = slugOf(publicName);
  return { namespace: NO_NAMESPACE, name, uid: name, resourceVersion: '', createdAt: 0, ...given };
}

/** What `register --url` means. It says that the server is there: nobody asks it. */
export const urlSource: Source<UrlObject> = {
  kind: REGISTER_KIND,
  project({ url, annotations, secretsIn }): Projection {
    const { options, problems } = readOptions(annotations, REGISTER_KIND);
    const [first = ''] = options.names ?? [];
    const served = options.servedName ?? first;
    const names = declaredNames({ annotations: { ...annotations }, malformed: [] }, options, served);
    const address = checkedUrl('--url', url);
    if (address.problem !== undefined) problems.push({ reason: 'InvalidAnnotation', message: `${address.problem}.` });
    if (problems.length === 0) problems.push(...nameProblems(served, options));
    const [problem, ...rest] = problems;
    if (problem) return { state: 'invalid', names, problems: [problem, ...rest] };
    const models = names.map((publicName) => ({ publicName, servedName: served }));
    return {
      state: 'serve',
      names,
      registrations: registrationsOf(models, address.text, options),
      ...secretOf({ namespace: secretsIn }, options),
      rollingOut: false,
      warnings: [],
    };
  },
};

/** A public name as a part of an id. Where not all of it can be, a digest keeps two names apart. */
export function slugOf(publicName: string): string {
  const slug = publicName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-|-$/g, '');
  return slug === publicName ? slug : `${slug}${slug && '-'}${digest([publicName], 8)}`;
}
