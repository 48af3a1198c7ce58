import { enableCompileCache, flushCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Starts the API with what was stripped and compiled at the last start, which saves a quarter of a
 * second. Kept among what was installed and not in the system's folder for temporary files, where
 * others could lay code for us. Where that cannot be written to, nothing is kept.
 */
enableCompileCache(
  fileURLToPath(new URL("../../../node_modules/.cache/compiled", import.meta.url)),
);
setTimeout(flushCompileCache, 5_000).unref(); // a process that is killed has kept it, too
await import("./main.ts");
