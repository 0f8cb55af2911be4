// Owns a process that writes with the file tools' folder and prints what it was told. Started with a limit on the size of files.

import { createFolder } from '../../tools/files/folder.ts';

const [root, path, chars] = process.argv.slice(2);
const folder = createFolder({ root, closed: [], maxFileBytes: 1024 * 1024 });
try {
  console.log(await folder.write(path, 'x'.repeat(Number(chars)), true));
} catch (error) {
  console.log(error.message);
}
