import { onTestFinished } from 'vitest';

/** Freezes a server until the test ends, or until what is returned is called. */
export async function freeze(server: {
  pause(): Promise<void>;
  resume(): Promise<void>;
}): Promise<() => Promise<void>> {
  await server.pause();
  let frozen = true;
  const thaw = async (): Promise<void> => {
    if (frozen) await server.resume();
    frozen = false;
  };
  onTestFinished(thaw);
  return thaw;
}
