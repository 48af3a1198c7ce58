import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Starts the API from the code that the last start stripped and compiled, which saves 0.25 s. The
 * cache is in `node_modules`, not in the system's folder for temporary files, where other users
 * could plant code. If it cannot be written, there is no cache. Other runtimes have none.
 */
const { enableCompileCache, flushCompileCache } = nodeModule as Partial<typeof nodeModule>;
enableCompileCache?.(
  fileURLToPath(new URL("../../../node_modules/.cache/compiled", import.meta.url)),
);
if (flushCompileCache) setTimeout(flushCompileCache, 5_000).unref(); // also if it is killed
await import("./main.ts");
