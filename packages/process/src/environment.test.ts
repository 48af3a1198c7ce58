import { describe, expect, it } from "vitest";
import { z } from "zod";
import { InvalidEnvironment, mistakesIn, sharedEnvironment } from "./environment.ts";

/** As every process reads its environment. */
function parse(env: Readonly<Record<string, string>>) {
  const { data, error } = z.object(sharedEnvironment).safeParse(env);
  if (!data) throw new InvalidEnvironment(mistakesIn(error));
  return data;
}

describe("the settings of all processes", () => {
  it.each(["DATABASE_URL", "DATABASE_LISTEN_URL", "REDIS_URL"])(
    "refuses a %s with a % that begins no encoded character, by name and without its value",
    (name) => {
      const scheme = name === "REDIS_URL" ? "redis" : "postgres";
      const read = () => parse({ [name]: `${scheme}://user:canary%zz@db` });
      expect(read).toThrow(`${name}: has a % that begins no encoded character; write %25`);
      expect(read).not.toThrow(/canary/);
    },
  );

  it.each([
    "postgres://a:b@db/auth?sslmode=require",
    "postgresql://a@db:5433/auth?sslmode=verify-full&sslrootcert=/ca.crt",
    "postgres://a@/auth?host=/run/postgresql",
    "postgres://a@%2Frun%2Fpostgresql/auth",
    "postgres:///auth?host=/run/postgresql",
    "postgres://a:b@db1,db2:5433/auth?target_session_attrs=read-write",
    "postgres://a:b@[::1]:5432,db2/auth?target_session_attrs=primary",
    "postgres://a@/auth?host=db1,db2&port=5432,5433",
  ])("takes the database %s", (url) => {
    expect(parse({ DATABASE_URL: url }).DATABASE_URL).toBe(url);
  });

  it.each([
    ["postgres://a@db/auth?sslmode=prefer", "sslmode must be one of disable, require"],
    ["postgres://a@db/auth?sslmode=no-verify", "sslmode must be one of disable, require"],
    ["postgres://a@db/auth?sslmode=verify-ca", "sslmode=verify-ca needs sslrootcert"],
    [
      "postgres://a@db1,db2/auth?target_session_attrs=any",
      "target_session_attrs must be read-write",
    ],
    ["postgres://a@db1,db2:x/auth", "must be a postgres:// URL"],
    ["postgres://a@db1,,db2/auth", "must be a postgres:// URL"],
    ["mysql://a@db/auth", "must be a postgres:// URL"],
    ["db/auth", "must be a postgres:// URL"],
  ])("refuses the database %s", (url, reason) => {
    expect(() => parse({ DATABASE_URL: url })).toThrow(`DATABASE_URL: ${reason}`);
  });

  it.each([
    ["https://x.example/a%20b", "letters, digits"],
    ["https://x.example//auth", "letters, digits"],
    ["https://x.example/users", "none of the service's own"],
    ["https://x.example/sessions/of", "none of the service's own"],
  ])("refuses the PUBLIC_URL %s", (url, reason) => {
    expect(() => parse({ PUBLIC_URL: url })).toThrow(reason);
  });

  it.each([
    "https://x.example",
    "https://x.example/",
    "https://x.example/auth",
    "https://x.example/a/b-c/",
  ])("takes the PUBLIC_URL %s", (url) => {
    expect(parse({ PUBLIC_URL: url }).PUBLIC_URL).toBe(url);
  });

  it.each(["Auth", "auth-b", "1auth", "pg_auth", "auth_queues", "a.b", "a".repeat(41), 'a"b'])(
    "refuses the schema %s",
    (name) => {
      expect(() => parse({ DATABASE_SCHEMA: name })).toThrow(/DATABASE_SCHEMA: must/);
    },
  );
});
