import { fileURLToPath } from "node:url";

/** The folder for downloads of tests: `.cache` in the repository, not under version control. */
export const CACHE_FOLDER = fileURLToPath(new URL("../../../.cache", import.meta.url));
