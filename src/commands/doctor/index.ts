export { DoctorDocument } from './check.ts';
export { examine } from './examine.ts';
export { doctorText } from './text.ts';
