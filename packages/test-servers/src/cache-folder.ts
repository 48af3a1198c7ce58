import { fileURLToPath } from "node:url";

/** What tests fetch once and keep: `.cache` in the repository, not under version control. */
export const CACHE_FOLDER = fileURLToPath(new URL("../../../.cache", import.meta.url));
