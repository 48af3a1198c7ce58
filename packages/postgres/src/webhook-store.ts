import type { EventId, Seal } from "@postern/domain";
import { type Kysely, type Selectable, sql, type Updateable } from "kysely";
import type { Schema, WebhookAttemptsTable, WebhookEndpointsTable } from "./schema.ts";

/** A signing secret. A replaced secret signs beside the new one until `until`. */
export interface WebhookSecret {
  readonly secret: string;
  readonly until?: string;
}

/** A receiver of events over HTTP. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  /** `undefined`: every type. */
  readonly eventTypes: readonly string[] | undefined;
  /** Encrypted. `secretsOf` decrypts them. */
  readonly sealedSecrets: string;
  readonly pausedAt: Date | undefined;
  /** Paused by an operator, or because the endpoint answered 410 (Gone). */
  readonly pausedBecause: "operator" | "gone" | undefined;
  readonly createdAt: Date;
}

export interface WebhookAttempt {
  readonly endpointId: string;
  readonly eventId: EventId;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly durationMs: number;
  /** `undefined`: there was no answer. */
  readonly status: number | undefined;
  /** The start of the answer, or the reason why there is none. */
  readonly answer: string;
}

/** Maximum number of endpoints. Each has a queue and a few connections. */
const MAX_ENDPOINTS = 1_000;

export type WebhookStore = ReturnType<typeof postgresWebhookStore>;

/** Webhook endpoints with their encrypted secrets, and the record of each attempt. */
export function postgresWebhookStore(db: Kysely<Schema>, seal: Seal) {
  const contextOf = (id: string) => `webhook:${id}`;
  const sealed = (id: string, secrets: readonly WebhookSecret[]) =>
    seal.seal(contextOf(id), JSON.stringify(secrets));
  const select = () => db.selectFrom("webhook_endpoints").selectAll();
  const update = (id: string, set: Updateable<WebhookEndpointsTable>) =>
    db.updateTable("webhook_endpoints").set(set).where("id", "=", id).executeTakeFirst();
  const wasThere = ({ numUpdatedRows }: { numUpdatedRows: bigint }) => Number(numUpdatedRows) > 0;

  function toEndpoint(row: Selectable<WebhookEndpointsTable>): WebhookEndpoint {
    return {
      id: row.id,
      url: row.url,
      eventTypes: row.event_types ?? undefined,
      sealedSecrets: row.sealed_secrets,
      pausedAt: row.paused_at ?? undefined,
      pausedBecause: row.paused_because ?? undefined,
      createdAt: row.created_at,
    };
  }

  /** The newest first. Throws if their key is gone. */
  const secretsOf = ({ id, sealedSecrets }: WebhookEndpoint) =>
    JSON.parse(seal.open(contextOf(id), sealedSecrets).text) as readonly WebhookSecret[];

  return {
    secretsOf,

    /**
     * Encrypts with the newest key what an older key encrypted, so that the older key can be
     * removed.
     */
    async sealAgain(onFault: (error: unknown, endpointId: string) => void): Promise<void> {
      for (const row of await select().execute()) {
        const { id, sealed_secrets } = row;
        if (seal.isCurrent(sealed_secrets)) continue;
        try {
          await db
            .updateTable("webhook_endpoints")
            .set({ sealed_secrets: sealed(id, secretsOf(toEndpoint(row))) })
            .where("id", "=", id)
            .where("sealed_secrets", "=", sealed_secrets)
            .execute();
        } catch (error) {
          onFault(error, id); // its key is gone; others may still open
        }
      }
    },

    /** `false`: the maximum is reached. */
    async add(
      given: Pick<WebhookEndpoint, "id" | "url" | "eventTypes">,
      secret: string,
    ): Promise<boolean> {
      const { id, url, eventTypes } = given;
      const sealed_secrets = sealed(id, [{ secret }]);
      const event_types = eventTypes ? [...eventTypes] : null;
      const values = { id, url, event_types, sealed_secrets };
      const { count } = await db
        .selectFrom("webhook_endpoints")
        .select(sql<number>`count(*)::int`.as("count"))
        .executeTakeFirstOrThrow();
      if (count >= MAX_ENDPOINTS) return false;
      await db.insertInto("webhook_endpoints").values(values).execute();
      return true;
    },

    async find(id: string): Promise<WebhookEndpoint | undefined> {
      const row = await select().where("id", "=", id).executeTakeFirst();
      return row && toEndpoint(row);
    },

    async list(): Promise<readonly WebhookEndpoint[]> {
      return (await select().orderBy("created_at").execute()).map(toEndpoint);
    },

    /**
     * Returns the endpoints that want events of this type. Paused ones too: they receive them
     * later.
     */
    async listening(type: string): Promise<readonly string[]> {
      const rows = await db
        .selectFrom("webhook_endpoints")
        .select("id")
        .where(sql<boolean>`event_types is null or ${type} = any(event_types)`)
        .execute();
      return rows.map(({ id }) => id);
    },

    /** Returns the endpoints that receive events now, and those that do not. */
    async ids(): Promise<{
      readonly active: readonly string[];
      readonly paused: readonly string[];
    }> {
      const rows = await db.selectFrom("webhook_endpoints").select(["id", "paused_at"]).execute();
      const idsOf = (isPaused: boolean) =>
        rows.filter(({ paused_at }) => (paused_at !== null) === isPaused).map(({ id }) => id);
      return { active: idsOf(false), paused: idsOf(true) };
    },

    async pause(id: string, paused_because: "operator" | "gone"): Promise<boolean> {
      return wasThere(await update(id, { paused_at: new Date(), paused_because }));
    },

    async resume(id: string): Promise<boolean> {
      return wasThere(await update(id, { paused_at: null, paused_because: null }));
    },

    /** Signs with `secret` from now on, and also with the earlier secret until `until`. */
    async rotate(endpoint: WebhookEndpoint, secret: string, until: Date): Promise<boolean> {
      const { id } = endpoint;
      const [newest] = secretsOf(endpoint);
      const previous = newest ? [{ secret: newest.secret, until: until.toISOString() }] : [];
      return wasThere(await update(id, { sealed_secrets: sealed(id, [{ secret }, ...previous]) }));
    },

    async remove(id: string): Promise<boolean> {
      const gone = await db.deleteFrom("webhook_endpoints").where("id", "=", id).executeTakeFirst();
      return Number(gone.numDeletedRows) > 0;
    },

    /** Records nothing for an endpoint that was removed meanwhile. */
    async record(given: WebhookAttempt): Promise<void> {
      await sql`
        insert into postern.webhook_attempts (endpoint_id, event_id, attempt, duration_ms, status, answer)
        select id, ${given.eventId}::uuid, ${given.attempt}::integer, ${given.durationMs}::integer,
          ${given.status ?? null}::integer, ${given.answer}
        from postern.webhook_endpoints where id = ${given.endpointId}`.execute(db);
    },

    /** The newest first. */
    async attempts(
      endpointId: string,
      limit: number,
    ): Promise<readonly (WebhookAttempt & { readonly at: Date })[]> {
      const rows = await db
        .selectFrom("webhook_attempts")
        .selectAll()
        .where("endpoint_id", "=", endpointId)
        .orderBy("attempted_at", "desc")
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map(toAttempt);
    },
  };
}

const toAttempt = (row: Selectable<WebhookAttemptsTable>) => ({
  endpointId: row.endpoint_id,
  eventId: row.event_id,
  attempt: row.attempt,
  durationMs: row.duration_ms,
  status: row.status ?? undefined,
  answer: row.answer,
  at: row.attempted_at,
});
