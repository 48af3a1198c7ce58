import { expect, it } from "vitest";
import { loggedIn, verified } from "../journey.fixture.ts";
import { memoryPorts } from "../memory.ts";
import { strictPolicy } from "../policy.ts";
import { changeEmail } from "./change-email.ts";
import { changePassword } from "./change-password.ts";
import { deleteOwnUser } from "./delete-own-user.ts";

it("the strict policy asks for the current password, even right after the log-in", async () => {
  const ports = memoryPorts({ policy: strictPolicy });
  await verified(ports);
  const { token } = await loggedIn(ports);
  const required = { ok: false, error: "password_required" };
  const newPassword = "eight blue tortoises";
  expect(await changePassword(ports, token, { newPassword })).toEqual(required);
  expect(await changeEmail(ports, token, { email: "next@example.com" })).toEqual(required);
  expect(await deleteOwnUser(ports, token, undefined)).toEqual(required);
});
