export { DoctorDocument } from './check.ts';
export { examine } from './examine.ts';
export { type RightsWatch, rightsOfRun, watchRights } from './missing-rights.ts';
export { describeRights, type OwnObjects, type RightGroup, rightGroups } from './rights.ts';
export { doctorText } from './text.ts';
