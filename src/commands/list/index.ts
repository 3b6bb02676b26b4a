export { ListDocument, listDocument } from './document.ts';
export { listTable } from './table.ts';
