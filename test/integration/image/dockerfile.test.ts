import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, globSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { buildImage, type Image } from './build.ts';
import { parseCopy, parseDockerfile } from './dockerfile.ts';

const repository = join(import.meta.dirname, '../../..');
const stages = parseDockerfile(readFileSync(join(repository, 'Dockerfile'), 'utf8'));
const last = stages.at(-1);

/** What the last stage may weigh beside its base, in bytes: half of it is client-node. */
const MOST_BYTES = 80_000_000;
/** The memory limit of the Deployment, in KiB. */
const MOST_RESIDENT = 512 * 1024;

let scratch: string;
let node: string;
let image: Image;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'model-registrar-image-'));
  // The user of the image has to reach what was made by another one.
  chmodSync(scratch, 0o755);
  node = join(scratch, 'node');
  copyFileSync(process.execPath, node);
  image = buildImage(stages, repository, scratch);
  setWritable(image.root, false);
}, 300_000);

afterAll(() => {
  if (image) setWritable(image.root, true);
  rmSync(scratch, { recursive: true, force: true });
});

function setWritable(root: string, isWritable: boolean): void {
  for (const path of [root, ...globSync('**/*', { cwd: root }).map((name) => join(root, name))]) {
    const { mode } = lstatSync(path);
    if (!lstatSync(path).isSymbolicLink()) chmodSync(path, isWritable ? mode | 0o200 : mode & 0o555);
  }
}

/** Runs Node in the image, as its user where the test may choose one; `resident` is the peak of its memory in KiB. */
function runNode(args: string[]) {
  const measure = 'data:text/javascript,process.on("exit",()=>console.error("peak="+process.resourceUsage().maxRSS))';
  const { status, stdout, stderr } = spawnSync(node, ['--import', measure, ...args], {
    cwd: join(image.root, image.workdir),
    encoding: 'utf8',
    // A container engine sets HOME from the image's list of users.
    env: { HOME: '/home/nonroot', ...image.environment },
    ...(process.getuid?.() === 0 ? { uid: image.uid, gid: image.gid } : {}),
  });
  const peak = /^peak=(\d+)\n/m;
  return { status, stdout, resident: Number(peak.exec(stderr)?.[1]), stderr: stderr.replace(peak, '') };
}

describe('the Dockerfile', () => {
  test('ends in an image without a shell, of the Node that is asked for, as a user by number', () => {
    expect(last?.image).toMatch(/^gcr\.io\/distroless\/nodejs24-debian\d+:nonroot$/);
    expect(packageJson.engines.node).toBe('>=24');
    expect(process.versions.node).toMatch(/^24\./);
    expect([image.uid, image.gid]).toEqual([65532, 65532]);
  });

  test('gets into its build what it copies, and nothing else', () => {
    const copies = stages.flatMap(({ instructions }) => instructions.filter(({ name }) => name === 'COPY'));
    const copied = copies.map(({ text }) => parseCopy(text)).flatMap(({ from, sources }) => (from ? [] : sources));
    const ignore = readFileSync(join(repository, '.dockerignore'), 'utf8');
    const lines = ignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    expect(lines.slice(1).sort()).toEqual([...new Set(copied)].map((path) => `!${path}`).sort());
  });
});

describe('what it makes', () => {
  test('holds the packages of production and none of development', () => {
    const has = (name: string) => existsSync(join(image.root, image.workdir, 'node_modules', name));
    // client-node brings the declarations of some packages along, under the same names.
    const development = Object.keys(packageJson.devDependencies).filter((name) => !name.startsWith('@types/'));
    expect(Object.keys(packageJson.dependencies).filter((name) => !has(name))).toEqual([]);
    expect(development).toEqual(expect.arrayContaining(['typescript', 'vitest', 'node']));
    expect(development.filter(has)).toEqual([]);
  });

  test('is small', () => {
    const files = globSync('**/*', { cwd: image.root }).map((name) => lstatSync(join(image.root, name)));
    const bytes = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
    console.log(`image, without its base: ${(bytes / 1e6).toFixed(1)} MB`);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });

  test('cannot be written by the user that it runs as', () => {
    const write = `require('node:fs').writeFileSync('dist/written.js', '')`;
    const { status, stderr } = runNode(['--eval', write]);
    expect(stderr).toMatch(/EACCES/);
    expect(status).not.toBe(0);
  });

  test('starts from there, and tells its version', () => {
    const [program, ...args] = image.entrypoint;
    expect(program).toBe('/nodejs/bin/node');
    const inImage = args.map((path) => join(image.root, path));
    const { status, stdout, stderr, resident } = runNode([...inImage, '--version']);
    console.log(`--version: ${Math.round(resident / 1024)} MiB resident at most`);
    expect({ status, stdout: stdout.trim(), stderr }).toEqual({ status: 0, stdout: packageJson.version, stderr: '' });
    expect(resident).toBeLessThan(MOST_RESIDENT);
    expect(runNode([...inImage, ...image.command])).toMatchObject({ status: 0 });
  });

  test('has all that any of its modules imports', () => {
    const modules = globSync('dist/**/*.js', { cwd: join(image.root, image.workdir) }).filter(
      (path) => path !== 'dist/main.js',
    );
    expect(modules.length).toBeGreaterThan(10);
    const load = `for (const path of ${JSON.stringify(modules)}) await import(process.cwd() + '/' + path);`;
    const { status, stderr, resident } = runNode(['--input-type=module', '--eval', load]);
    console.log(`${modules.length} modules loaded: ${Math.round(resident / 1024)} MiB resident at most`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(resident).toBeLessThan(MOST_RESIDENT);
  });
});
