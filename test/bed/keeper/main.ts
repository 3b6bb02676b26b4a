/**
 * The keeper: the process that owns all servers of one bed. It is started with the settings as its one argument, reports on its standard output, and
 * lives as long as its standard input stays open: when the process that started it ends, however it ends, the keeper ends every server and
 * removes the bed's folder. Should the keeper itself be killed, the kernel ends the servers (`spawnChild`).
 */
import { BedError, bedSettingsSchema, type Report } from '../base/index.ts';
import { runBed } from './bed.ts';

const report = (what: Report): void => {
  process.stdout.write(`${JSON.stringify(what)}\n`);
};

// Whoever reads the reports may be gone; the end of standard input says so better.
process.stdout.on('error', () => undefined);
process.on('SIGINT', () => undefined);

const ending = Promise.withResolvers<void>();
process.stdin.once('close', () => ending.resolve());
process.stdin.resume();
process.once('SIGTERM', () => ending.resolve());

try {
  await runBed(bedSettingsSchema.parse(JSON.parse(process.argv[2] ?? '{}')), report, ending);
  process.exit(0);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  report({ kind: 'failed', message, code: error instanceof BedError ? error.code : 'start-failed' });
  process.exit(1);
}
