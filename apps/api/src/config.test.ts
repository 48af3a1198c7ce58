import { randomBytes } from "node:crypto";
import { coursePolicy, strictPolicy } from "@postern/domain";
import { describe, expect, it } from "vitest";
import { parseConfig } from "./config.ts";

const key = (id: string, bytes = 32) => `${id}:${randomBytes(bytes).toString("base64")}`;
const FULL = {
  DATABASE_URL: "postgres://db/postern",
  SECRETS: key("a"),
  PUBLIC_URL: "https://id.example.com/",
};

function mistakes(env: Record<string, string>): string {
  try {
    parseConfig(env);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "none";
}

describe("the configuration", () => {
  it("of an empty environment is a working embedded service on loopback", () => {
    const config = parseConfig({});
    expect(config).toMatchObject({
      host: "127.0.0.1",
      port: 5000,
      policy: coursePolicy,
      bcryptCost: 12,
    });
    expect(config.stores).toMatchObject({
      mode: "embedded",
      dataFolder: expect.stringMatching(/\.data$/),
    });
  });

  it("takes an empty value for none", () => {
    expect(parseConfig({ DATABASE_URL: "", PORT: "", POLICY: "" })).toEqual(parseConfig({}));
  });

  it("with DATABASE_URL is the strict policy for the whole network", () => {
    const config = parseConfig({ ...FULL, REDIS_URL: "redis://cache:6379" });
    expect(config).toMatchObject({
      host: "0.0.0.0",
      policy: strictPolicy,
      publicUrl: "https://id.example.com/",
    });
    expect(config.stores).toEqual({
      mode: "full",
      databaseUrl: FULL.DATABASE_URL,
      redisUrl: "redis://cache:6379",
    });
  });

  it("reads secrets newest first", () => {
    const { secrets } = parseConfig({ ...FULL, SECRETS: `${key("b")},${key("a", 64)}` });
    expect(secrets?.map(({ id }) => id)).toEqual(["b", "a"]);
    expect(secrets?.map(({ key: bytes }) => bytes.length)).toEqual([32, 64]);
  });

  it("lets each value of a policy be set on its own", () => {
    const { policy } = parseConfig({
      ...FULL,
      POLICY_PASSWORD_MIN: "15",
      POLICY_SESSION_IDLE_SECONDS: "60",
      POLICY_COOKIE_NAME: "sid",
    });
    expect(policy).toEqual({
      ...strictPolicy,
      password: { ...strictPolicy.password, minCodePoints: 15 },
      session: { ...strictPolicy.session, idleMs: 60_000, touchEveryMs: 6_000 },
      cookie: { ...strictPolicy.cookie, name: "sid" },
    });
  });

  it.each([
    ["PORT", { PORT: "eighty" }],
    ["PORT", { PORT: "65536" }],
    ["POLICY", { POLICY: "lax" }],
    ["PORT", { PORT: " " }],
    ["PORT", { PORT: "0x1f" }],
    ["POLICY_RESET_TOKEN_SECONDS", { POLICY_RESET_TOKEN_SECONDS: "9007199254740991" }],
    ["POLICY_SESSION_IDLE_SECONDS", { POLICY_SESSION_IDLE_SECONDS: "0" }],
    ["REDIS_URL", { ...FULL, REDIS_URL: "redis://cache/name" }],
    ["SECRETS", { ...FULL, SECRETS: "a:changeme-changeme-changeme-changeme-changeme" }],
    ["SECRETS", { ...FULL, SECRETS: `a:${Buffer.alloc(32).toString("base64")}` }],
    ["SECRETS", { ...FULL, SECRETS: "", POLICY: "course", POLICY_DISCLOSURE: "closed" }],
    ["PUBLIC_URL", { ...FULL, PUBLIC_URL: "http://id.example.com" }],
    ["LOG_LEVEL", { LOG_LEVEL: "loud" }],
    ["BCRYPT_COST", { BCRYPT_COST: "3" }],
    ["BCRYPT_COST", { BCRYPT_COST: "17" }],
    ["BCRYPT_COST", { ...FULL, BCRYPT_COST: "9" }],
    ["DATABASE_URL", { ...FULL, DATABASE_URL: "mysql://db" }],
    ["REDIS_URL", { REDIS_URL: "redis://cache" }],
    ["DATA_DIR", { ...FULL, DATA_DIR: "/data" }],
    ["SECRETS", { ...FULL, SECRETS: "" }],
    ["SECRETS", { ...FULL, SECRETS: key("a", 31) }],
    ["SECRETS", { ...FULL, SECRETS: Buffer.alloc(32).toString("base64") }],
    ["SECRETS", { ...FULL, SECRETS: `${key("a")},${key("a")}` }],
    ["PUBLIC_URL", { ...FULL, PUBLIC_URL: "" }],
    ["PUBLIC_URL", { PUBLIC_URL: "javascript:alert(1)" }],
    ["POLICY_COOKIES", { POLICY_COOKIES: "x" }],
    ["POLICY_COOKIE_NAME", { POLICY_COOKIE_NAME: "a;b" }],
    ["POLICY_COOKIE_NAME", { ...FULL, POLICY_COOKIE_SECURE: "false" }],
    ["POLICY_COOKIE_NAME", { POLICY_COOKIE_NAME: "__host-x" }],
  ])("refuses a wrong %s: %o", (name, env) => {
    expect(mistakes(env)).toContain(`${name}: `);
  });

  it("names every mistake at once, and no value", () => {
    const said = mistakes({
      PORT: "canary",
      POLICY: "canary",
      SECRETS: "canary",
      DATABASE_URL: "canary",
    });
    for (const name of ["PORT", "POLICY", "SECRETS", "DATABASE_URL"])
      expect(said).toContain(`${name}: `);
    expect(said).not.toContain("canary");
  });

  it.each(["0.0.0.0", "::", "192.0.2.1", "example.com", "127.0.0.1.example.com", "127.999.1.1"])(
    "refuses open disclosure on %s, unless it is asked for in so many words",
    (HOST) => {
      expect(mistakes({ HOST })).toContain("open disclosure");
      expect(mistakes({ ...FULL, HOST, POLICY: "course" })).toContain("open disclosure");
      expect(parseConfig({ HOST, POLICY_DISCLOSURE: "open" }).policy.disclosure).toBe("open");
    },
  );

  it.each(["127.0.0.1", "127.1.2.3", "::1", "localhost"])("allows it on %s", (HOST) => {
    expect(parseConfig({ HOST }).policy.disclosure).toBe("open");
  });
});
