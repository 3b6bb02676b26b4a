import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { parseCopy, type Stage } from './dockerfile.ts';

/** The last stage, as far as its steps can be done without a container engine. */
export interface Image {
  /** The folder that stands for `/`. */
  root: string;
  workdir: string;
  environment: Record<string, string>;
  uid: number;
  gid: number;
  entrypoint: string[];
  command: string[];
}

/**
 * Does a Dockerfile's steps in a scratch folder: what it copies is copied, what it runs is run (in the stage's working
 * directory, so its paths have to be relative), and the rest is noted. The base images are not there.
 *
 * @param context the build's own folder
 * @throws Error when a step fails, or is of a kind that this cannot do
 */
export function buildImage(stages: Stage[], context: string, scratch: string): Image {
  const roots = new Map<string, string>();
  let image: Image | undefined;
  for (const [index, stage] of stages.entries()) {
    const root = join(scratch, String(index));
    mkdirSync(root);
    if (stage.name) roots.set(stage.name, root);
    image = buildStage(stage, root, context, roots);
  }
  if (!image) throw new Error('the Dockerfile has no stage');
  return image;
}

function buildStage(stage: Stage, root: string, context: string, roots: Map<string, string>): Image {
  const image: Image = { root, workdir: '/', environment: {}, uid: 0, gid: 0, entrypoint: [], command: [] };
  for (const { name, text } of stage.instructions) {
    if (name === 'WORKDIR') {
      image.workdir = posix.resolve(image.workdir, text);
      mkdirSync(join(root, image.workdir), { recursive: true });
    } else if (name === 'COPY') copy(text, image, context, roots);
    else if (name === 'RUN') run(text, image);
    else if (name === 'ENV') setVariable(text, image);
    else if (name === 'USER') setUser(text, image);
    else if (name === 'ENTRYPOINT') image.entrypoint = JSON.parse(text) as string[];
    else if (name === 'CMD') image.command = JSON.parse(text) as string[];
    else if (name !== 'LABEL' && name !== 'EXPOSE') throw new Error(`cannot do the step ${name} ${text}`);
  }
  return image;
}

function copy(text: string, image: Image, context: string, roots: Map<string, string>): void {
  const { from, sources, target } = parseCopy(text);
  const base = from ? roots.get(from) : context;
  if (!base) throw new Error(`COPY --from=${from} names no stage`);
  const folder = sources.length > 1 || target.endsWith('/');
  for (const source of sources) {
    const to = join(image.root, posix.resolve(image.workdir, target), folder ? basename(source) : '');
    cpSync(join(base, source), to, { recursive: true, verbatimSymlinks: true });
  }
}

function run(text: string, image: Image): void {
  // Without npm's own variables: the test may itself be run by npm, which tells its children where it works.
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/.test(name)),
  );
  execFileSync('sh', ['-c', text], {
    cwd: join(image.root, image.workdir),
    env: { ...environment, npm_config_prefer_offline: 'true' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function setVariable(text: string, image: Image): void {
  const [name = '', value = ''] = text.split(/=(.*)/s);
  image.environment[name] = value;
}

function setUser(text: string, image: Image): void {
  const [uid = '', gid = uid] = text.split(':');
  image.uid = Number(uid);
  image.gid = Number(gid);
}
