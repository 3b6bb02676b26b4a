/** One request that a sandbox server got. Headers and bodies are not kept: they hold keys. */
export interface Call {
  readonly operation: string;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What was answered; undefined while it is under way, and when it was never answered. */
  status?: number;
}

/** How many calls are kept one by one; the counts go on for ever. */
const KEPT = 10_000;

/** What a sandbox server was asked, by operation. */
export class CallLog {
  readonly #counts = new Map<string, number>();
  #calls: Call[] = [];

  /** Notes a call; its status is set later. */
  record(operation: string, method: string, path: string): Call {
    const call: Call = { operation, method, path, at: Date.now() };
    this.#counts.set(operation, (this.#counts.get(operation) ?? 0) + 1);
    this.#calls.push(call);
    if (this.#calls.length > 2 * KEPT) this.#calls = this.#calls.slice(-KEPT);
    return call;
  }

  /** How many calls of an operation there were since the last `clear`; of all operations without an argument. */
  count(operation?: string): number {
    if (operation !== undefined) return this.#counts.get(operation) ?? 0;
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The counts of all operations that were called. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** The last calls (at least the last 10,000), oldest first; of one operation if it is named. */
  list(operation?: string): readonly Call[] {
    return this.#calls.filter((call) => operation === undefined || call.operation === operation);
  }

  /** Starts counting anew. */
  clear(): void {
    this.#counts.clear();
    this.#calls = [];
  }
}
