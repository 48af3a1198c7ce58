import { expect, it } from "vitest";
import { memoryPorts } from "../memory.ts";
import { strictPolicy } from "../policy.ts";
import { logIn } from "../session/log-in.ts";
import { createUser, hashNewPassword } from "./create-user.ts";
import { verifyUser } from "./verify-user.ts";

const BOB = { email: "Bob@Example.com", password: "seven green tortoises" };
const closed = {
  ...strictPolicy,
  registration: { isOpen: false, logsIn: false },
};

it("creates a user who can log in, although registration and disclosure are closed", async () => {
  const ports = memoryPorts({ policy: closed });
  const hash = await hashNewPassword(ports, BOB);
  if (!hash.ok) throw new Error(hash.error);
  const created = await createUser(ports, { email: BOB.email, passwordHash: hash.value });
  if (!created.ok) throw new Error(created.error);
  expect(created.value).toMatchObject({ email: "Bob@Example.com", emailKey: "bob@example.com" });
  const events = await ports.events.list(created.value.id, 10);
  expect(events.map(({ type }) => type)).toEqual(["user.created"]);
  await verifyUser(ports, created.value.id);
  expect((await logIn(ports, BOB)).ok).toBe(true);
  const again = await createUser(ports, { email: "bob@example.com", passwordHash: hash.value });
  expect(again).toEqual({ ok: false, error: "email_already_registered" });
});

it.each([
  [{ email: "bob" }, "email_invalid"],
  [{ password: "short" }, "password_too_short"],
  [{ password: "bob@example.com" }, "password_too_easy"],
])("hashes nothing for %o, which is %s", async (wrong, error) => {
  const ports = memoryPorts({ policy: closed });
  expect(await hashNewPassword(ports, { ...BOB, ...wrong })).toEqual({ ok: false, error });
});
