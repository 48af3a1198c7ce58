import { expect, it } from "vitest";
import { readEnvironment } from "./environment.ts";

const WHOLE = {
  DATABASE_URL: "postgres://db",
  PUBLIC_URL: "https://login.example.com",
  SECRETS: `1:${Buffer.alloc(32, 7).toString("base64")}`,
  HASHER_URL: "https://hasher.example.com",
  HASHER_SECRET: "x".repeat(40),
};

it("is strict, and takes Hyperdrive's connection", () => {
  const { policy, databaseUrl, hasher } = readEnvironment({
    ...WHOLE,
    HYPERDRIVE: { connectionString: "postgres://pooled" },
  });
  expect([policy.name, databaseUrl, hasher.cost]).toEqual(["strict", "postgres://pooled", 12]);
});

it.each([
  [{ SECRETS: "no colon" }, "SECRETS: needs"],
  [{ SECRETS: "a:" }, "SECRETS: needs"],
  [{ SECRETS: "a:c2hvcnQ=" }, "SECRETS: needs"],
  [{ HASHER_SECRET: "short" }, "HASHER_SECRET: must be 32"],
  [{ BCRYPT_COST: "twelve" }, "BCRYPT_COST: must be 4 to 16"],
  [{ POLICY: "course" }, "POLICY: course gives every reset token"],
  [{ POLICY: "none" }, "POLICY: must be"],
  [{ PUBLIC_URL: "http://login.example.com" }, "PUBLIC_URL: must be https"],
  [{ DATABASE_URL: "", SECRETS: "" }, "DATABASE_URL: is required; SECRETS: is required"],
])("refuses %o, without its value", (wrong, reason) => {
  expect(() => readEnvironment({ ...WHOLE, ...wrong })).toThrow(reason);
});
