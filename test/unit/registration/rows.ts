import { expect } from 'vitest';
import type { Entry, StampedRecord } from '../../../src/registration/entry.ts';
import type { Change } from '../../../src/registration/plan.ts';
import { asListed } from './builders.ts';

/** LiteLLM's rows as a plan meets them: PATCH merges and takes no key away, an id can be made once, what is deleted must be there. */
export class Rows {
  readonly #rows = new Map<string, StampedRecord>();

  all(): StampedRecord[] {
    return [...this.#rows.values()];
  }

  /** Names that have a row. */
  names(): Set<string> {
    return new Set(this.all().map(({ publicName }) => publicName));
  }

  apply(change: Change): void {
    switch (change.kind) {
      case 'create':
        this.#create(change.entry);
        return;
      case 'replace':
        expect(this.#rows.has(change.record.id)).toBe(true);
        this.#create(change.entry);
        return;
      case 'update':
        this.#patch(change.record.id, change.entry);
        return;
      case 'delete':
        for (const id of change.needs) expect(this.#rows.has(id)).toBe(true);
        expect(this.#rows.delete(change.record.id)).toBe(true);
    }
  }

  #create(entry: Entry): void {
    expect(this.#rows.has(entry.id)).toBe(false);
    this.#rows.set(entry.id, asListed(entry));
  }

  #patch(id: string, entry: Entry): void {
    expect(entry.id).toBe(id);
    const before = this.#rows.get(id);
    expect(before).toBeDefined();
    const after = asListed(entry);
    this.#rows.set(id, {
      ...after,
      params: { ...before?.params, ...after.params },
      info: { ...before?.info, ...after.info },
    });
  }
}
