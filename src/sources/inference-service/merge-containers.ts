import type { ServerContainer } from '../server-arguments.ts';

/**
 * The container that KServe makes of a runtime's and an object's: arguments follow those of the runtime, command and image replace
 * them, variables are merged by name (KServe v0.20.0, `MergeRuntimeContainers` in `pkg/controller/v1beta1/inferenceservice/utils`).
 */
export function mergeContainers(runtime: ServerContainer, own: ServerContainer): ServerContainer {
  const replaced = new Map(own.env?.map((variable) => [variable.name, variable]));
  const seen = new Set<string>();
  const kept = (runtime.env ?? []).flatMap((variable) => {
    const replacement = replaced.get(variable.name);
    if (!replacement) return [variable];
    // Of a variable that the runtime has twice the later one counts: none may come after the object's.
    if (seen.has(variable.name)) return [];
    seen.add(variable.name);
    return [replacement];
  });
  return {
    image: own.image || runtime.image,
    command: own.command?.length ? own.command : runtime.command,
    args: [...(runtime.args ?? []), ...(own.args ?? [])],
    env: [...kept, ...Array.from(replaced.values()).filter(({ name }) => !seen.has(name))],
  };
}
