/**
 * Checks the directions of imports below `src/`: `node scripts/check-imports.ts`, part of `npm run lint`.
 *
 * Arrows run downward only, a folder is entered by its `index.ts`, no files import each other in a circle, and the
 * folders that are pure stay away from I/O. Imports of types count as well: they tie files together all the same.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What each folder below `src/` may import, from the top floor down. */
export const FLOORS: Record<string, readonly string[]> = {
  'main.ts': ['commands'],
  commands: [
    'controller',
    'operator',
    'backends',
    'sources',
    'litellm',
    'kubernetes',
    'registration',
    'json',
    'yaml',
    'config',
    'telemetry',
    'sandbox',
  ],
  controller: ['sources', 'litellm', 'registration', 'kubernetes', 'telemetry', 'json'],
  operator: ['sources', 'kubernetes'],
  backends: ['sources', 'registration'],
  sources: ['registration', 'yaml'],
  litellm: ['registration', 'json'],
  kubernetes: ['json'],
  config: ['registration', 'yaml'],
  registration: [],
  json: [],
  yaml: [],
  telemetry: [],
  sandbox: [],
};

const INPUT_OUTPUT = /^(undici|@kubernetes\/.*|node:(fs|http|https|http2|net|tls|dns|child_process)(\/.*)?)$/;

/** Packages that a folder keeps away from, whatever its floor. */
const KEPT_OUT: Record<string, { packages: RegExp; why: string }> = {
  registration: { packages: INPUT_OUTPUT, why: 'the domain does no I/O' },
  sources: { packages: INPUT_OUTPUT, why: 'a source is a pure function from object to projection' },
  litellm: { packages: /^@kubernetes\//, why: 'the LiteLLM client knows nothing of Kubernetes' },
};

/** Files beside `src/` that it may read. */
const OUTSIDE = new Set(['package.json']);

/** `import … from 'x'`, `export … from 'x'`, `import 'x'` and `import('x')`, statements where a formatter puts them. */
const SPECIFIERS =
  /^\s*(?:import|export)\b[^'"();]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

interface Import {
  from: string;
  line: number;
  /** A path from the repository's root where it is a file of ours, else the package's name. */
  to: string;
  isOurs: boolean;
}

/** All wrong imports of these files (path from the repository's root → text), a line each: where, and what is wrong. */
export function findViolations(files: ReadonlyMap<string, string>): string[] {
  const imports = [...files].flatMap(([path, text]) => importsOf(path, text));
  const wrong = imports.flatMap((one) => {
    const problem = one.isOurs ? problemOf(one) : packageProblemOf(one);
    return problem ? [`${one.from}:${one.line} ${problem}`] : [];
  });
  return [...wrong, ...findCircles(imports)];
}

function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(SPECIFIERS)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    const isOurs = specifier.startsWith('.');
    // The match may begin with line breaks; the specifier stands at its end.
    const line = text.slice(0, match.index + match[0].length).split('\n').length;
    return { from: path, line, isOurs, to: isOurs ? join(dirname(path), specifier) : specifier };
  });
}

function problemOf({ from, to }: Import): string | undefined {
  if (!to.startsWith('src/')) return OUTSIDE.has(to) ? undefined : `leaves src: ${to}`;
  const [floor, target] = [floorOf(from), floorOf(to)];
  if (floor !== target) {
    const allowed = FLOORS[floor];
    if (!allowed) return `stands on no floor: add src/${floor} to FLOORS in scripts/check-imports.ts`;
    if (!allowed.includes(target)) {
      return `may not import ${to}: ${floor} imports ${allowed.join(', ') || 'nothing of ours'}`;
    }
  }
  const room = foreignRoom(from, to);
  if (room && to !== `${room}/index.ts`) return `goes past a door: import ${room}/index.ts, not ${to}`;
  return undefined;
}

function packageProblemOf({ from, to }: Import): string | undefined {
  const keptOut = KEPT_OUT[floorOf(from)];
  return keptOut?.packages.test(to) ? `may not import ${to}: ${keptOut.why}` : undefined;
}

/** `controller` for `src/controller/loop.ts`, `main.ts` for `src/main.ts`. */
function floorOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** The outermost folder on the way to a file that the importing file does not stand in. */
function foreignRoom(from: string, to: string): string | undefined {
  const rooms = to.split('/').slice(0, -1);
  for (let depth = 1; depth <= rooms.length; depth++) {
    const room = rooms.slice(0, depth).join('/');
    if (!from.startsWith(`${room}/`)) return room;
  }
  return undefined;
}

/** One line for each circle that a walk along the imports meets. */
function findCircles(imports: Import[]): string[] {
  const graph = Map.groupBy(
    imports.filter(({ isOurs }) => isOurs),
    ({ from }) => from,
  );
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, way: string[]): void => {
    const start = way.indexOf(path);
    if (start !== -1) circles.push(`import each other in a circle: ${[...way.slice(start), path].join(' → ')}`);
    if (start !== -1 || done.has(path)) return;
    for (const { to } of graph.get(path) ?? []) walk(to, [...way, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return circles;
}

/** Every TypeScript file below `src/` of a checkout, as {@link findViolations} takes them. */
export function readSources(root: string): Map<string, string> {
  const paths = globSync('src/**/*.ts', { cwd: root }).map((path) => path.replaceAll('\\', '/'));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const violations = findViolations(readSources(root));
  for (const violation of violations) console.error(violation);
  console.error(`${violations.length} wrong imports below ${relative(process.cwd(), join(root, 'src')) || '.'}`);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
