import { text } from "node:stream/consumers";
import { unacceptable } from "./licences.ts";

/** `pnpm check:licences`: reads pnpm's list of licences, and fails if one is not accepted. */
const list = await text(process.stdin);
const found = unacceptable(list);
if (Object.keys(JSON.parse(list) as object).length === 0) found.push("the list is empty");
for (const line of found) console.error(`licence not accepted: ${line}`);
process.exitCode = found.length > 0 ? 1 : 0;
