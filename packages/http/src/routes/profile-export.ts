import { exportUser, type Ports, toEventJson, type UserExport } from "@postern/domain";
import { z } from "zod";
import { json, setHeader } from "../answer.ts";
import { sessionToken } from "../caller.ts";
import { email, id, time } from "../fields.ts";
import { problem } from "../problems.ts";
import type { Resource } from "../resource.ts";
import { sessionAnswer, toSessionAnswer } from "./session.ts";

const event = z.strictObject({
  id,
  type: z.string(),
  version: z.int(),
  timestamp: time,
  userId: id,
  data: z.record(z.string(), z.unknown()),
});

const exported = z.strictObject({
  user: z.strictObject({
    user_id: id,
    email,
    email_key: z.string().meta({ description: "The address as it is compared." }),
    email_verified_at: time.nullable(),
    verify_by: time.nullable(),
    disabled_at: time.nullable(),
    created_at: time,
    updated_at: time,
    epoch: z.int(),
    revision: z.int(),
  }),
  sessions: z.array(sessionAnswer),
  session_origins: z
    .array(
      z.strictObject({
        session_id: id,
        device: z.string().nullable(),
        network: z.string().nullable(),
      }),
    )
    .meta({ description: "Also of sessions that have ended." }),
  devices: z.array(z.string()),
  email_changes: z
    .array(z.strictObject({ id, email, email_key: z.string(), epoch: z.int() }))
    .meta({ description: "Addresses that wait to be confirmed." }),
  events: z.array(event),
});

export function profileExportResource(ports: Ports): Resource {
  return {
    GET: {
      id: "exportUser",
      tag: "Profile",
      summary: "Everything that is held about the user, but hashes of secrets",
      session: "needed",
      answers: { export: { status: 200, description: "As JSON.", body: exported } },
      refusals: ["session_missing"],
      async handle(c) {
        const result = await exportUser(ports, sessionToken(c, ports));
        if (!result.ok) return problem(c, result.error);
        c.set("userId", result.value.user.id);
        setHeader(c, "content-disposition", 'attachment; filename="export.json"');
        return json(c, toAnswer(result.value));
      },
    },
  };
}

const timeOf = (at: Date | undefined) => at?.toISOString() ?? null;

const toAnswer = ({ user, ...held }: UserExport) => ({
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
  sessions: held.sessions.map(toSessionAnswer),
  session_origins: held.origins.map(({ sessionId, device, network }) => ({
    session_id: sessionId,
    device: device ?? null,
    network: network ?? null,
  })),
  devices: held.devices,
  email_changes: held.emailChanges.map((change) => ({
    id: change.id,
    email: change.email,
    email_key: change.emailKey,
    epoch: change.epoch,
  })),
  events: held.events.map(toEventJson),
});
