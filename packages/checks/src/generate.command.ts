import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CLIENT_OPERATIONS, clientOperations } from "./client-operations.ts";
import { EVENT_SCHEMAS, eventSchemas } from "./event-schemas.ts";
import { ROOT } from "./repository.ts";

writeFileSync(join(ROOT, EVENT_SCHEMAS), eventSchemas());
writeFileSync(join(ROOT, CLIENT_OPERATIONS), clientOperations());
