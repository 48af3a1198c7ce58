import { exportUser, type Ports, toEventJson, type UserExport } from "@postern/domain";
import { z } from "zod";
import { sessionToken } from "../caller.ts";
import { endpoint, type Resource } from "../endpoint.ts";
import { json, setHeader } from "../respond.ts";
import { email, id, time } from "../schemas.ts";
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
    .meta({ description: "Includes sessions that have ended." }),
  devices: z.array(z.string()),
  email_changes: z
    .array(z.strictObject({ id, email, email_key: z.string(), epoch: z.int() }))
    .meta({ description: "Requested changes of address." }),
  events: z.array(event),
});

export const profileExportResource = (ports: Ports): Resource => ({
  GET: endpoint({
    id: "exportUser",
    tag: "Profile",
    summary: "Returns everything stored about the user, except hashes of secrets",
    session: "needed",
    responses: { export: { status: 200, description: "As JSON.", body: exportBody } },
    errors: { session_missing: {} },
    async handle(c) {
      const result = await exportUser(ports, sessionToken(c, ports));
      if (!result.ok) return result;
      c.set("userId", result.value.user.id);
      setHeader(c, "content-disposition", 'attachment; filename="export.json"');
      return json(c, toExportBody(result.value));
    },
  }),
});

const timeOf = (at: Date | undefined) => at?.toISOString() ?? null;

const toExportBody = ({ user, ...stored }: UserExport) => ({
  user: {
    user_id: user.id,
    email: user.email,
    email_key: user.emailKey,
    email_verified_at: timeOf(user.emailVerifiedAt),
    verify_by: timeOf(user.verifyBy),
    disabled_at: timeOf(user.disabledAt),
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
    epoch: user.epoch,
    revision: user.revision,
  },
  sessions: stored.sessions.map(toSessionBody),
  session_origins: stored.sessionRecords.map((record) => ({
    session_id: record.id,
    device: record.device ?? null,
    network: record.network ?? null,
    expires_at: record.expiresAt.toISOString(),
  })),
  devices: stored.devices,
  email_changes: stored.emailChanges.map((change) => ({
    id: change.id,
    email: change.email,
    email_key: change.emailKey,
    epoch: change.epoch,
  })),
  events: stored.events.map(toEventJson),
});
