/** npm passes a Ctrl-C on that the terminal has sent already: only one that comes this much later is a second one. */
const SECOND_SIGNAL_MS = 1_000;

const NAMES = ['SIGTERM', 'SIGINT'] as const;

/** Aborted by SIGTERM and SIGINT. */
export interface StopSignal extends AbortController {
  /** Leaves the signals to whoever had them before. */
  release: () => void;
}

/** Aborted by SIGTERM and SIGINT, so that work in hand can end in order; a second one ends the process at once. */
export function stopSignal(): StopSignal {
  const stopping = new AbortController();
  let firstAt: number | undefined;
  const stop = (): void => {
    firstAt ??= performance.now();
    if (performance.now() - firstAt > SECOND_SIGNAL_MS) process.exit(1);
    stopping.abort();
  };
  for (const name of NAMES) process.on(name, stop);
  const release = (): void => {
    for (const name of NAMES) process.off(name, stop);
  };
  return Object.assign(stopping, { release });
}
