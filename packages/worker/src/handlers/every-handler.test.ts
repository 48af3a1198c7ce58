import {
  type EmailKey,
  type EventId,
  type EventPayload,
  logIn,
  type Ports,
  registerUser,
  type SessionId,
  coursePolicy,
  strictPolicy,
  type TokenPurpose,
  type UserEvent,
} from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import { linksTo, recordingMailer, templatesIn } from "@postern/mail";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { handlerFor, type HandlerPorts } from "../subscriber.ts";
import { SUBSCRIBERS } from "../subscribers.ts";

type Type = UserEvent["type"];
type Data = { readonly [Of in Type]: Extract<UserEvent, { type: Of }>["data"] };

const EMAIL = "bob@example.com";
/** Users log in before they verify their address. */
const UNVERIFIED = {
  ...strictPolicy,
  verification: { ...strictPolicy.verification, isRequired: false },
  limits: coursePolicy.limits,
};
const PASSWORD = "MyPwdOfBob";
const EXPIRES_AT = "2026-01-01T00:15:00.000Z";

/** The data of one event of each type. The compiler asks for every type. */
const dataOf = (revoked: SessionId, opened: SessionId): Data => ({
  "session.created": { sessionId: opened },
  "session.revoked": { sessionId: revoked, by: "log_out" },
  "user.created": {},
  "user.deleted": {},
  "user.disabled": {},
  "user.email_change_requested": { epoch: 0, expiresAt: EXPIRES_AT },
  "user.email_changed": {},
  "user.email_verification_requested": { epoch: 0, expiresAt: EXPIRES_AT },
  "user.email_verified": { by: "link" },
  "user.enabled": {},
  "user.mail_expired": { mail: "password_reset", eventId: "" as EventId },
  "user.password_changed": { by: "change" },
  "user.password_reset_requested": { epoch: 0, expiresAt: EXPIRES_AT, tokenBy: "mail" },
  "user.registration_attempted": {},
  "user.sessions_ended": { by: "operator" },
});

/** The types whose handler stores the token of a mail, with the token's purpose. */
const PURPOSES: Partial<Record<Type, TokenPurpose>> = {
  "user.email_change_requested": "email_change",
  "user.email_verification_requested": "email_verification",
  "user.password_reset_requested": "password_reset",
};

const PAYLOAD: EventPayload = {
  email: "old@example.com",
  emailKey: EMAIL as EmailKey,
  device: "Firefox on Linux",
};

/**
 * Creates a user with two sessions and a requested change of address, and one event of every type.
 */
async function world() {
  const ports: Ports = memoryPorts({ policy: UNVERIFIED });
  await registerUser(ports, { email: EMAIL, password: PASSWORD });
  const sessions = [];
  for (let count = 0; count < 2; count += 1) {
    const result = await logIn(ports, { email: EMAIL, password: PASSWORD });
    if (!result.ok) throw new Error(result.error);
    sessions.push(result.value.session);
  }
  const [revoked, opened] = sessions;
  if (!revoked || !opened) throw new Error("two sessions were opened");
  const { userId } = opened;
  // An earlier log-in with another device, so that the new one causes a mail.
  await ports.devices.see(userId, "curl", ports.ids.eventId());
  const events = new Map(
    Object.entries(dataOf(revoked.id, opened.id)).map(([type, data]) => {
      const hasUser = type !== "user.registration_attempted";
      const subject = { userId: hasUser ? userId : undefined, occurredAt: ports.clock.now() };
      const event = { id: ports.ids.eventId(), type, version: 1, ...subject, data };
      return [type as Type, event as UserEvent];
    }),
  );
  const changeId = events.get("user.email_change_requested")?.id ?? ports.ids.eventId();
  const emailKey = "robert@example.com" as EmailKey;
  const proposal = { id: changeId, email: emailKey, emailKey, ttlMs: 60_000 };
  await ports.emailChanges.propose(opened, proposal, []);
  return { ports, events, userId };
}

/** Handles the events of these types in this order, and returns the resulting state. */
async function stateAfter(order: readonly Type[]) {
  const { ports, events, userId } = await world();
  const mailer = recordingMailer(() => undefined);
  const queued = new Set<string>();
  const erased = new Set<string>();
  const handlerPorts: HandlerPorts = {
    ...ports,
    mailer,
    templatesIn,
    links: linksTo(undefined),
    webhooks: { enqueue: async ({ type }) => void queued.add(type) },
    records: { erase: async (_, emailKey) => void erased.add(String(emailKey)) },
  };
  for (const type of order) {
    const event = events.get(type);
    if (!event) throw new Error(`no event of type ${type}`);
    for (const subscriber of SUBSCRIBERS)
      await handlerFor(subscriber, event)?.(handlerPorts, event, {
        payload: PAYLOAD,
        keyId: undefined,
      });
  }
  const tokens: string[] = [];
  for (const [type, purpose] of Object.entries(PURPOSES)) {
    const event = events.get(type as Type);
    const minted = event && ports.tokenFactory.deriveEmailToken(purpose, event.id);
    if (minted && (await ports.tokens.find(purpose, minted.tokenHash))) tokens.push(purpose);
  }
  return {
    mails: mailer
      .list()
      .map(({ to, subject }) => `${to}: ${subject}`)
      .toSorted(),
    queued: [...queued].toSorted(),
    erased: [...erased],
    devices: await ports.devices.list(userId),
    sessions: (await ports.sessions.list(userId)).length,
    tokens,
  };
}

const ALL = Object.keys(dataOf("" as SessionId, "" as SessionId)) as Type[];

describe("the handlers together", () => {
  it("end in the same state in any order of events, and however often each is delivered", async () => {
    const expected = await stateAfter(ALL);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(ALL, { minLength: ALL.length }),
        fc.array(fc.constantFrom(...ALL), { maxLength: 20 }),
        async (order, repeated) => {
          expect(await stateAfter([...repeated, ...order])).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("do something about every event of the table, so that the state above tells", async () => {
    const state = await stateAfter(ALL);
    expect(state.queued).toEqual(ALL.filter((type) => type !== "user.registration_attempted"));
    expect(state.mails).toHaveLength(9);
    expect(state.tokens).toEqual(Object.values(PURPOSES));
    expect(state).toMatchObject({ erased: [EMAIL], sessions: 1 });
    expect(state.devices).toEqual(["Firefox on Linux", "curl"]);
  });
});
