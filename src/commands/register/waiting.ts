/** Without a terminal a wait for the same thing is told again this often, in milliseconds. */
const AGAIN_MS = 30_000;

const TICK_MS = 1_000;

/** Tells people what is waited for. */
export interface Waiting {
  /** What it is now; called at every look. */
  tell(what: string): void;
  /** Takes the line away: something else is printed, or it is over. */
  clear(): void;
}

export interface WaitingOptions {
  /** For whom: `inferenceservice/qwen in namespace llm`. */
  subject: string;
  stream: { isTTY?: boolean; columns?: number; write(text: string): unknown };
  /** A clock that never goes back, in milliseconds. */
  now?: () => number;
}

/** On a terminal one line that is renewed every second; elsewhere a line when what is waited for changes, and every 30 s. */
export function createWaiting({ subject, stream, now = () => performance.now() }: WaitingOptions): Waiting {
  const begun = now();
  let what = '';
  let toldAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const line = (): string => `Waiting for ${subject}, ${elapsed(now() - begun)}: ${what}`;

  function draw(): void {
    stream.write(`\r\u001b[K${line().slice(0, (stream.columns ?? 80) - 1)}`);
  }

  function tell(next: string): void {
    const isNews = next !== what;
    what = next;
    if (stream.isTTY) {
      timer ??= setInterval(draw, TICK_MS).unref();
      if (isNews) draw();
    } else if (isNews || toldAt + AGAIN_MS <= now()) {
      toldAt = now();
      stream.write(`${line()}\n`);
    }
  }

  function clear(): void {
    if (timer) stream.write('\r\u001b[K');
    clearInterval(timer);
    timer = undefined;
    what = '';
  }

  return { tell, clear };
}

/** `45s`, `3m05s`, `1h02m`. */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (count: number): string => `${count}`.padStart(2, '0');
  if (hours > 0) return `${hours}h${two(minutes)}m`;
  return minutes > 0 ? `${minutes}m${two(seconds % 60)}s` : `${seconds}s`;
}
