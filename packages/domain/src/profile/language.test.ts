import { describe, expect, it } from "vitest";
import { disableUser } from "../administration/disable-user.ts";
import { deleteUser } from "../administration/delete-user.ts";
import type { OutgoingEvent } from "../event/event.ts";
import { parseLanguage } from "../language.ts";
import { memoryPorts } from "../memory.ts";
import { coursePolicy } from "../policy.ts";
import { registerUser } from "../registration/register-user.ts";
import { logIn } from "../session/log-in.ts";
import { NEXT, wanted } from "../verification/links.fixture.ts";
import { verifyEmail } from "../verification/verify-email.ts";
import type { EmailKey } from "../email.ts";
import { chooseLanguage, findLanguage } from "./language.ts";

const EMAIL = "bob@example.com";
const PASSWORD = "MyPwdOfBob";

async function loggedIn(ports = memoryPorts({ policy: coursePolicy })) {
  const caller = { language: parseLanguage("de") };
  await registerUser(ports, { email: EMAIL, password: PASSWORD, caller });
  const result = await logIn(ports, { email: EMAIL, password: PASSWORD });
  if (!result.ok) throw new Error(result.error);
  const { token, session } = result.value;
  return { ports, token, userId: session.userId };
}

describe("the language of a user", () => {
  it("is that of the registration, until the user chooses another one", async () => {
    const { ports, token, userId } = await loggedIn();
    expect(await findLanguage(ports, token)).toEqual({ ok: true, value: "de" });
    expect(await chooseLanguage(ports, token, "pt-br")).toEqual({ ok: true, value: "pt-BR" });
    expect(await findLanguage(ports, token)).toEqual({ ok: true, value: "pt-BR" });
    expect(await chooseLanguage(ports, token, "no language")).toEqual({
      ok: false,
      error: "language_invalid",
    });
    expect((await ports.users.findById(userId))?.revision).toBe(0);
  });

  it("is not changed by a session that ended while it was chosen", async () => {
    const { ports, token, userId } = await loggedIn();
    const users: typeof ports.users = {
      ...ports.users,
      async setLanguage(session, language) {
        // The session store is not told, as if the process had died.
        await disableUser(
          { ...ports, sessions: { ...ports.sessions, syncUser: async () => {} } },
          userId,
        );
        return await ports.users.setLanguage(session, language);
      },
    };
    const refused = { ok: false, error: "session_missing" };
    expect(await chooseLanguage({ ...ports, users }, token, "fr")).toEqual(refused);
    expect((await ports.users.findById(userId))?.language).toBe("de");
    expect(await ports.sessions.list(userId)).toEqual([]); // it was told now
  });

  it("goes with the events whose mails reach an address that is no user's any more", async () => {
    const { ports, userId } = await loggedIn();
    const user = await ports.users.findById(userId);
    const verified = { userId, expectedEpoch: 0, keepsPassword: true };
    await ports.users.verifyEmail(verified, []);
    const told: OutgoingEvent[] = [];
    const remove = ports.users.delete;
    const users: typeof ports.users = {
      ...ports.users,
      delete: (id, events, session) => {
        told.push(...events);
        return remove(id, events, session);
      },
    };
    await deleteUser({ ...ports, users }, userId);
    expect(told.map(({ payload }) => payload)).toEqual([
      { email: EMAIL, emailKey: user?.emailKey, language: "de" },
    ]);
  });

  it("of an address that was changed goes with its event, and the new one has the caller's", async () => {
    const ports = memoryPorts({ policy: coursePolicy });
    const [de, fr] = [parseLanguage("de"), parseLanguage("fr")];
    await registerUser(ports, { email: EMAIL, password: PASSWORD, caller: { language: de } });
    const { link } = await wanted(ports);
    const told: OutgoingEvent[] = [];
    const { confirm } = ports.emailChanges;
    const emailChanges: typeof ports.emailChanges = {
      ...ports.emailChanges,
      confirm: (change, events) => {
        told.push(...events);
        return confirm(change, events);
      },
    };
    await verifyEmail({ ...ports, emailChanges }, { token: link, caller: { language: fr } });
    expect(told.map(({ payload }) => payload)).toEqual([{ email: EMAIL, language: "de" }]);
    expect((await ports.users.findByEmail(NEXT as EmailKey))?.language).toBe("fr");
  });
});
