/** One instruction: `COPY src ./src` is `{ name: 'COPY', text: 'src ./src' }`. */
export interface Instruction {
  name: string;
  text: string;
}

/** What stands between one FROM and the next. */
export interface Stage {
  image: string;
  /** After AS. */
  name?: string;
  instructions: Instruction[];
}

/**
 * Reads the parts of the format that this project's Dockerfile uses: comments, continued lines, stages.
 *
 * @throws Error when an instruction stands before the first FROM
 */
export function parseDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n');
  for (const line of lines) {
    const match = /^\s*([A-Z]+)\s+(.+?)\s*$/.exec(line);
    if (!match) continue;
    const [, name = '', rest = ''] = match;
    if (name === 'FROM') {
      const [image = '', , stageName] = rest.split(/\s+/);
      stages.push({ image, ...(stageName ? { name: stageName } : {}), instructions: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (!stage) throw new Error(`${name} stands before the first FROM`);
    stage.instructions.push({ name, text: rest });
  }
  return stages;
}

/** The paths of a COPY: what, whereto, and from which stage where it is not the build's own folder. */
export function parseCopy(text: string): { from?: string; sources: string[]; target: string } {
  const words = text.split(/\s+/);
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const paths = words.filter((word) => !word.startsWith('--'));
  const target = paths.pop() ?? '';
  return { ...(from ? { from } : {}), sources: paths, target };
}
