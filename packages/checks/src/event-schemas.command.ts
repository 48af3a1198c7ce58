import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { EVENT_SCHEMAS, eventSchemas } from "./event-schemas.ts";
import { ROOT } from "./repository.ts";

/** `pnpm generate`: writes what is generated from the code. A check fails while it is not up to date. */
writeFileSync(join(ROOT, EVENT_SCHEMAS), eventSchemas());
