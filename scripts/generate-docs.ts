/**
 * Writes the reference pages of `docs/` from the program's own tables: `npm run docs`. A test fails while they are stale.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { annotationsPage } from './docs/annotations.ts';
import { commandsPage } from './docs/commands.ts';
import { errorsPage, eventsPage, metricsPage, settingsPage } from './docs/tables.ts';

const FOLDER = join(import.meta.dirname, '..', 'docs', 'reference');

/** The pages by file name. */
export function referencePages(): Record<string, string> {
  return {
    'annotations.md': annotationsPage(),
    'commands.md': commandsPage(),
    'errors.md': errorsPage(),
    'events.md': eventsPage(),
    'metrics.md': metricsPage(),
    'settings.md': settingsPage(),
  };
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(referencePages())) writeFileSync(join(FOLDER, file), text);
}
