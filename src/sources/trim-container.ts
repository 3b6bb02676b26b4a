import { isKeptVariable, referencesIn } from './kept-settings.ts';
import type { ServerContainer } from './server-arguments.ts';
import { trimText, trimWords } from './trim-words.ts';
import type { EnvironmentVariable } from './variables.ts';

/**
 * What is kept of a container until it can be read together with the container that it is merged with: the words that tell which
 * server is started, the flags that are read, and the variables that these may refer to. Other values (keys, tokens, addresses) are
 * taken out, in scripts as far as they can be understood; of other variables the names stay, since a variable that is set is something
 * else than one that is not.
 */
export function trimContainer({ image, command = [], args = [], env = [] }: ServerContainer): ServerContainer {
  const referred = new Set<string>();
  const [keptCommand = [], keptArgs = []] = trimWords([command, args], referred);
  return {
    ...(image !== undefined && { image }),
    ...(keptCommand.length > 0 && { command: keptCommand }),
    ...(keptArgs.length > 0 && { args: keptArgs }),
    ...(env.length > 0 && { env: trimVariables(env, referred) }),
  };
}

/** A variable may refer to those before it. */
function trimVariables(env: readonly EnvironmentVariable[], referred: Set<string>): EnvironmentVariable[] {
  return env
    .toReversed()
    .map(({ name, value }) => {
      if (!value) return { name, ...(value === '' && { value }) };
      if (!isKeptVariable(name, value, referred)) return { name };
      const kept = trimText(value, referred);
      for (const other of referencesIn(kept)) referred.add(other);
      return { name, value: kept };
    })
    .toReversed();
}
