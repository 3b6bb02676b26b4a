export { ListDocument, type ListPart, listDocument } from './document.ts';
export { listTable } from './table.ts';
