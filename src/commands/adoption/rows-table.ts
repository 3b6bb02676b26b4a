import { type StampedRecord, visible } from '../../registration/index.ts';
import { alignColumns, paint } from '../output.ts';

/** Rows of an owner id for people, a line each. What a terminal would obey is spelled out. */
export function rowsTable(records: readonly StampedRecord[]): string {
  const rows = records.map(({ publicName, stamp, id }) => [publicName, stamp.source, id].map(visible));
  const [head = '', ...lines] = alignColumns([['MODEL', 'SOURCE', 'ID'], ...rows]);
  return `${[paint('bold', head), ...lines].join('\n')}\n`;
}
