import {
  exportUser,
  type Ports,
  type SessionRecord,
  toEventJson,
  type UserExport,
} from "@postern/domain";
import { z } from "zod";
import { sessionToken } from "../caller.ts";
import { operation, type Resource } from "../operation.ts";
import { respond, setHeader } from "../respond.ts";
import { email, id, language, time } from "../schemas.ts";
import { sessionBody, toSessionBody } from "./session.ts";

const event = z.strictObject({
  id,
  type: z.string(),
  version: z.int(),
  timestamp: time,
  userId: id,
  data: z.record(z.string(), z.unknown()),
});

const exportBody = z.strictObject({
  user: z.strictObject({
    user_id: id,
    email,
    email_key: z.string().meta({ description: "The canonical address." }),
    email_verified_at: time.nullable(),
    verify_by: time.nullable(),
    disabled_at: time.nullable(),
    language: language.nullable(),
    created_at: time,
    updated_at: time,
    epoch: z.int(),
    revision: z.int(),
  }),
  sessions: z.array(sessionBody),
  session_origins: z
    .array(
      z.strictObject({
        session_id: id,
        device: z.string().nullable(),
        network: z.string().nullable(),
        expires_at: time,
      }),
    )
    .meta({ description: "Includes some sessions that have ended." }),
  devices: z.array(z.string()),
  email_changes: z
    .array(z.strictObject({ id, email, email_key: z.string(), epoch: z.int() }))
    .meta({ description: "Requested changes of address." }),
  events: z.array(event),
});

export const profileExportResource = (ports: Ports): Resource => ({
  GET: operation({
    id: "exportUser",
    tag: "Profile",
    summary: "Returns everything stored about the user, except hashes of secrets",
    description: "One object, which may be large. One export of a user at a time.",
    isLimited: true,
    session: "needed",
    responses: { export: { status: 200, description: "As JSON.", body: exportBody } },
    errors: { session_missing: {} },
    async handle(c) {
      const result = await exportUser(ports, sessionToken(c, ports));
      if (!result.ok) return result;
      c.set("userId", result.value.user.id);
      setHeader(c, "content-disposition", 'attachment; filename="export.json"');
      const body = toStream(exportText(result.value), result.value.finish);
      return respond(c, { status: 200, body, type: "application/json" });
    },
  }),
});

const timeOf = (at: Date | undefined) => at?.toISOString() ?? null;

/** Writes the export as JSON, one page after the other: it may be larger than the memory. */
async function* exportText(exported: UserExport): AsyncIterable<string> {
  // The lists that may be long come last, behind what is written at once.
  yield JSON.stringify(toExportBody(exported)).slice(0, -1);
  yield* list("session_origins", exported.sessionRecords, toRecordBody);
  yield* list("events", exported.events, toEventJson);
  yield "}";
}

/** Writes a member of an object, whose value is a list. */
async function* list<Item>(
  name: string,
  pages: AsyncIterable<readonly Item[]>,
  toBody: (item: Item) => unknown,
): AsyncIterable<string> {
  yield `,"${name}":[`;
  let separator = "";
  for await (const page of pages) {
    yield separator + page.map((item) => JSON.stringify(toBody(item))).join(",");
    separator = ",";
  }
  yield "]";
}

/** Between two pages of an export, other requests are served. */
const PAUSE_MS = 10;

/**
 * Reads from `text` only when the client takes more, and not all the time. Calls `finish` at the
 * end in any case.
 */
function toStream(text: AsyncIterable<string>, finish: () => Promise<void>): ReadableStream {
  const parts = text[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  // The export is whole even if its place cannot be given back now: it is free in some minutes.
  const end = () => finish().catch(() => undefined);
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await parts.next();
        if (!done) {
          controller.enqueue(encoder.encode(value));
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
          return;
        }
        await end();
        controller.close();
      } catch (error) {
        await end();
        controller.error(error); // cuts the connection: the client sees that it is not whole
      }
    },
    async cancel() {
      await parts.return?.();
      await end();
    },
  });
}

const toExportBody = ({ user, ...stored }: UserExport) => ({
  user: {
    user_id: user.id,
    email: user.email,
    email_key: user.emailKey,
    email_verified_at: timeOf(user.emailVerifiedAt),
    verify_by: timeOf(user.verifyBy),
    disabled_at: timeOf(user.disabledAt),
    language: user.language ?? null,
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
    epoch: user.epoch,
    revision: user.revision,
  },
  sessions: stored.sessions.map(toSessionBody),
  devices: stored.devices,
  email_changes: stored.emailChanges.map((change) => ({
    id: change.id,
    email: change.email,
    email_key: change.emailKey,
    epoch: change.epoch,
  })),
});

const toRecordBody = (record: SessionRecord) => ({
  session_id: record.id,
  device: record.device ?? null,
  network: record.network ?? null,
  expires_at: record.expiresAt.toISOString(),
});
