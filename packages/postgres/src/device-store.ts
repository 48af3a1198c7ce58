import type { DeviceSight, DeviceStore } from "@postern/domain";
import { type Kysely, sql } from "kysely";
import type { Schema } from "./schema.ts";

/**
 * Stores each user's devices in a table. Event ids increase with time, so the smallest
 * `first_event_id` is the first log-in.
 */
export function postgresDeviceStore(db: Kysely<Schema>): DeviceStore {
  return {
    async see(userId, device, eventId) {
      const { rows } = await sql<{ sight: DeviceSight }>`
        with seen as (
          insert into postern.devices (user_id, device, first_event_id)
          select id, ${device}, ${eventId}::uuid from postern.users where id = ${userId}
          -- changes nothing, but makes the statement return the existing row too
          on conflict (user_id, device) do update set device = excluded.device
          returning first_event_id
        )
        select case
          when not exists (select from seen where first_event_id = ${eventId}::uuid) then 'known'
          when exists (
            select from postern.devices
            where user_id = ${userId} and device <> ${device} and first_event_id < ${eventId}::uuid
          ) then 'new'
          else 'first' end as sight`.execute(db);
      return rows[0]?.sight ?? "known"; // no row: the user was deleted
    },

    async list(userId) {
      const rows = await db
        .selectFrom("devices")
        .select("device")
        .where("user_id", "=", userId)
        .orderBy(sql`device collate "C"`)
        .execute();
      return rows.map(({ device }) => device);
    },
  };
}
