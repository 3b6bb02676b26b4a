export { programName } from './look-around.ts';
export type { Output } from './printer.ts';
export { runSandbox, type SandboxOptions } from './run-sandbox.ts';
export { layoutOf } from './text.ts';
