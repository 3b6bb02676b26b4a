import { InvalidArgumentError } from 'commander';
import { kindWord } from '../../registration/index.ts';
import { sources, type WatchedSource } from '../../sources/index.ts';

/** The object that a command line names. */
export interface Target {
  source: WatchedSource;
  name: string;
  /** The name or number of a Service's port. */
  port?: string;
}

/** `inferenceservice/NAME, …`: how an object is named, for help and messages. */
export const TARGETS = [...sources.keys()].map(
  (kind) => `${kindWord(kind)}/NAME${kind === 'service' ? '[:PORT]' : ''}`,
);

const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Reads `KIND/NAME` or `service/NAME:PORT`. @throws InvalidArgumentError */
export function readTarget(text: string): Target {
  const [, word = '', name = '', port] = /^([a-z-]+)\/([^:]+)(?::(.+))?$/.exec(text.trim()) ?? [];
  const source = [...sources.values()].find(({ kind }) => kindWord(kind) === kindWord(word));
  if (source && name !== '' && !NAME.test(name))
    throw new InvalidArgumentError(
      'What stands behind the slash cannot be the name of an object: lower-case letters, digits, "-" and ".".',
    );
  const isWhole = source && name !== '' && (port === undefined || source.kind === 'service');
  if (!isWhole) throw new InvalidArgumentError(`It must be one of ${TARGETS.join(', ')}.`);
  return { source, name, ...(port !== undefined && { port }) };
}
