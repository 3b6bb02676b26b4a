/** The environment of a container, as far as the object tells it. */
export interface Variables {
  /** The value, or undefined where the variable is unknown or its value comes from elsewhere (a Secret, a ConfigMap). */
  get(name: string): string | undefined;
  /** Whether the variable is set, be its value known or not. */
  has(name: string): boolean;
  set(name: string, value: string | undefined): void;
}

/** A variable of a container; without a value where that comes from elsewhere. */
export interface EnvironmentVariable {
  name: string;
  value?: string | undefined;
}

/** Together the values that are put in place may be so long, in characters: a few lines of `A=$(B)$(B)` could double without end. */
const BUDGET = 262_144;

/** The variables of a container, each seeing those before it, as Kubernetes has it. */
export function createVariables(environment: readonly EnvironmentVariable[]): Variables {
  const values = new Map<string, string | undefined>();
  let left = BUDGET;
  const variables: Variables = {
    get(name) {
      const value = values.get(name);
      if (value === undefined || value.length > left) return undefined;
      left -= value.length;
      return value;
    },
    has: (name) => values.has(name),
    set(name, value) {
      values.set(name, value);
    },
  };
  for (const { name, value } of environment) {
    variables.set(name, value === undefined ? undefined : expandKubernetes(value, variables));
  }
  return variables;
}

/**
 * Puts the values of `$(NAME)` in place, as Kubernetes does in commands, arguments and environment before anything is started:
 * `$$` is a dollar sign, and an unknown `$(NAME)` stays as it is.
 */
export function expandKubernetes(text: string, variables: Variables): string {
  return text.replaceAll(/\$\$|\$\(([\w.-]+)\)/g, (reference, name: string | undefined) =>
    name === undefined ? '$' : (variables.get(name) ?? reference),
  );
}
