export { howToStop, leadersOf, whoLeads } from './leaders.ts';
export { runningControllers } from './running-controllers.ts';
