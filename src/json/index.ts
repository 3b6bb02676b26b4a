export { readList } from './list-reader.ts';
export { createTimeSlice, yieldToLoop } from './time-slice.ts';
