import type { Row } from '../row.ts';
import { firstList } from './first-list.ts';
import { memory } from './memory.ts';
import { onboard } from './onboard.ts';
import { oneMore } from './one-more.ts';
import { quietEvents } from './quiet-events.ts';
import { start } from './start.ts';
import { steady } from './steady.ts';

/** In their order on the page; those on real servers leave one another what they can use. */
export const ROWS: readonly Row[] = [onboard, oneMore, steady, memory, firstList, quietEvents, start];
