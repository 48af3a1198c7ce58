import { domainFolders } from "./domain-folders.ts";

const { files, graph, violations } = domainFolders();

console.log(`The folders of packages/domain (${files} files), each with the folders it imports:`);
for (const { folder, imports } of graph)
  console.log(`  ${folder.padEnd(15)}${imports.length > 0 ? imports.join(", ") : "-"}`);
for (const violation of violations) console.error(violation);
if (violations.length > 0) process.exitCode = 1;
