import { z } from 'zod';
import { ANNOTATION_PREFIX } from '../../registration/index.ts';
import { type SourceResource, sources, type WatchedSource } from '../../sources/index.ts';
import { PlainError } from '../plain-error.ts';
import { withIdentity } from './identity.ts';
import type { Input, Manifest } from './read-input.ts';

/** An object that a source reads. */
export interface OurManifest {
  source: WatchedSource;
  manifest: Manifest;
  /** What is to be said of it beside its meaning. */
  notes: string[];
}

/** The objects of an input, sorted by what becomes of them. */
export interface SortedInput {
  /** Each once: of one that is given several times, the last, as `kubectl apply` has it. */
  ours: OurManifest[];
  /** All that are of a kind that is read, the sources' own and what these refer to. */
  read: Manifest[];
  /** Passed over: how many of each kind. */
  others: Record<string, number>;
  unread: string[];
}

const Annotated = z.object({ metadata: z.object({ annotations: z.record(z.string(), z.unknown()) }) });

/** @param namespace - of objects that name none */
export function sortOut({ manifests, unread }: Input, namespace: string): SortedInput {
  const all = [...sources.values()];
  const related = new Set(all.flatMap((source) => (source.related ?? []).map(({ resource }) => resource.kind)));
  const ours = new Map<string, OurManifest>();
  const sorted: Omit<SortedInput, 'ours' | 'others'> = { read: [], unread: [...unread] };
  const others = new Map<string, number>();
  for (const manifest of manifests) {
    const source = all.find((one) => isOf(one, manifest));
    if (!source) {
      const kind = nameOfOther(manifest, all);
      others.set(kind, (others.get(kind) ?? 0) + 1);
      if (!related.has(manifest.kind)) continue;
    }
    const place = placeOf(manifest, namespace);
    if (place instanceof PlainError) {
      sorted.unread.push(place.message);
      continue;
    }
    sorted.read.push(manifest);
    if (!source) continue;
    const key = `${source.kind}/${place}`;
    const former = ours.get(key);
    const files = former && [...new Set([former.manifest.file, manifest.file])].join(' and ');
    const twice = files && `It is given more than once, in ${files}: the last one counts, as kubectl apply has it.`;
    ours.delete(key);
    ours.set(key, { source, manifest, notes: twice ? [twice] : [] });
  }
  return { ...sorted, ours: [...ours.values()], others: Object.fromEntries(others) };
}

function isOf(source: WatchedSource, manifest: Manifest): boolean {
  const { resource } = source;
  if (manifest.kind !== resource.kind || !apiVersionsOf(resource).includes(manifest.apiVersion)) return false;
  return !source.isMeant || isAnnotated(manifest);
}

function isAnnotated({ raw }: Manifest): boolean {
  const parsed = Annotated.safeParse(raw);
  const keys = parsed.success ? Object.keys(parsed.data.metadata.annotations) : [];
  return keys.some((key) => key.startsWith(ANNOTATION_PREFIX));
}

function apiVersionsOf({ group, version, versions = [version] }: SourceResource): string[] {
  return versions.map((one) => (group === '' ? one : `${group}/${one}`));
}

/** A kind that is read, and not in this version, is said: it looks as if it were looked at. */
function nameOfOther({ apiVersion, kind }: Manifest, all: readonly WatchedSource[]): string {
  const near = all.find(({ resource }) => resource.kind === kind);
  const read = near ? apiVersionsOf(near.resource) : [];
  return !near || read.includes(apiVersion) ? kind : `${kind} of ${apiVersion} (only ${read.join(' and ')} is read)`;
}

function placeOf(manifest: Manifest, namespace: string): string | PlainError {
  try {
    const { metadata } = withIdentity(manifest, namespace);
    return `${metadata.namespace}/${metadata.name}`;
  } catch (error) {
    if (error instanceof PlainError) return error;
    throw error;
  }
}
