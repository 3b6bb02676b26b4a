#!/usr/bin/env node
import { main } from './commands/index.ts';

// Nobody reads on (`| head`): that is no failure.
process.stdout.on('error', () => process.exit());

process.exitCode = await main(process.argv.slice(2));
