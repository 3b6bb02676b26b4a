import type { PrismaClient, Tables } from './client.ts';

interface Open {
  tables: Tables;
  commit(): void;
  rollBack(): void;
}

export interface Transactions {
  /** Opens one; the times are in milliseconds. */
  begin(settings: {
    max_wait?: number | undefined;
    timeout?: number | undefined;
    isolation_level?: string | undefined;
  }): Promise<string>;
  /** The tables of an open one. */
  tables(id: string): Tables | undefined;
  end(id: string, how: 'commit' | 'rollback'): void;
}

/** Transactions that stay open between calls, over a client that only knows those of one function call. */
export function createTransactions(prisma: PrismaClient): Transactions {
  const open = new Map<string, Open>();
  let count = 0;

  const begin: Transactions['begin'] = (settings) => {
    count += 1;
    const id = `transaction-${count}`;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const work = (tables: Tables): Promise<void> => {
      const whole = Promise.withResolvers<void>();
      open.set(id, { tables, commit: whole.resolve, rollBack: () => whole.reject(new Error('rolled back')) });
      resolve(id);
      return whole.promise;
    };
    prisma
      .transaction(work, {
        maxWait: settings.max_wait ?? 2000,
        timeout: settings.timeout ?? 5000,
        ...(settings.isolation_level === undefined ? {} : { isolationLevel: settings.isolation_level }),
      })
      .catch(reject)
      .finally(() => open.delete(id));
    return promise;
  };

  return {
    begin,
    tables: (id) => open.get(id)?.tables,
    end: (id, how) => (how === 'commit' ? open.get(id)?.commit() : open.get(id)?.rollBack()),
  };
}
