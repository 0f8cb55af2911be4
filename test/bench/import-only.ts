// Owns the cost of an import of the package: with `bare` the process does nothing else, so that the rest can be taken off.

const [, , what] = process.argv;
if (what !== 'bare') await import('../../src/index.ts');
const { user, system } = process.cpuUsage();
process.stdout.write(String((user + system) / 1000));
process.exit(0);
