export { carryOut, type Unfinished } from './carry-out.ts';
export { type Choice, chooseByName, chooseFromOwner, chooseMatching } from './choose.ts';
export { AdoptDocument, adoptDocument, WithdrawDocument, withdrawnModel } from './document.ts';
export { type Intent, intend } from './intend.ts';
export { planText } from './plan-text.ts';
export { rowsTable } from './rows-table.ts';
