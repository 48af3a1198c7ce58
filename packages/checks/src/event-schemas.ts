import { join } from "node:path";
import { createGenerator, type Schema } from "ts-json-schema-generator";
import { ROOT } from "./repository.ts";

/** The file of the schemas, for other programs to read. */
export const EVENT_SCHEMAS = "docs/events.schema.json";

/** Returns JSON Schemas of every event as sent, generated from the types that the code uses. */
export function eventSchemas(): string {
  const generator = createGenerator({
    path: join(ROOT, "packages/domain/src/event/event.ts"),
    tsconfig: join(ROOT, "packages/checks/event-schemas.tsconfig.json"),
    type: "UserEvent",
    topRef: false,
    skipTypeCheck: true,
  });
  const { definitions, anyOf = [] } = generator.createSchema("UserEvent");
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Postern's events",
    oneOf: anyOf.map((event) => asSent(event as Event)).toSorted(byType),
    definitions,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

interface Event extends Schema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: string[];
}

/**
 * In JSON the time is text with a name of its own, and the user id of an event without a user is
 * null.
 */
function asSent({ properties, required, ...rest }: Event): Event {
  const { occurredAt: _, userId, ...others } = properties;
  const timestamp: Schema = {
    type: "string",
    format: "date-time",
    description: "When it happened.",
  };
  const sent =
    required.includes("userId") && userId ? userId : { type: ["string", "null"] as const };
  return {
    ...rest,
    title: typeOf({ properties }),
    properties: { ...others, timestamp, userId: sent as Schema },
    required: ["id", "type", "version", "timestamp", "userId", "data"],
  };
}

const typeOf = ({ properties }: Pick<Event, "properties">) => properties["type"]?.const as string;
const byType = (one: Event, other: Event) => typeOf(one).localeCompare(typeOf(other));
