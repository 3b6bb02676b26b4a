/** npm passes a Ctrl-C on that the terminal has sent already: only one that comes this much later is a second one. */
const SECOND_SIGNAL_MS = 1_000;

/** Aborted by SIGTERM and SIGINT, so that work in hand can end in order; a second one ends the process at once. */
export function stopSignal(): AbortController {
  const stopping = new AbortController();
  let firstAt: number | undefined;
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      firstAt ??= performance.now();
      if (performance.now() - firstAt > SECOND_SIGNAL_MS) process.exit(1);
      stopping.abort();
    });
  }
  return stopping;
}
