export { carryOut } from './carry-out.ts';
export { type Choice, chooseByName, chooseFromOwner, chooseMatching, type Known } from './choose.ts';
export { intend } from './intend.ts';
export { planText } from './plan-text.ts';
export { rowsTable } from './rows-table.ts';
export { runningControllers } from './running-controllers.ts';
