import { randomBytes } from "node:crypto";
import { coursePolicy, strictPolicy } from "@postern/domain";
import { describe, expect, it } from "vitest";
import { parseConfig } from "./config.ts";

const key = (id: string, bytes = 32) => `${id}:${randomBytes(bytes).toString("base64")}`;
const FULL = {
  DATABASE_URL: "postgres://db/postern",
  SECRETS: key("a"),
  PUBLIC_URL: "https://id.example.com/",
  TRUSTED_PROXIES: "none",
};

const DOMAIN = { ...FULL, COOKIE_DOMAIN: "example.com" };

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
      schema: "postern",
      poolSize: 10,
      redisUrl: "redis://cache:6379",
      redisFence: "on",
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
      POLICY_REGISTRATION: "closed",
      POLICY_PASSWORD_MIN: "15",
      POLICY_SESSION_IDLE_SECONDS: "60",
      POLICY_COOKIE_NAME: "sid",
    });
    expect(policy).toEqual({
      ...strictPolicy,
      registration: { isOpen: false, logsIn: false },
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
    ["REDIS_URL", { ...FULL, REDIS_URL: "redis://one:6379,two:6379" }],
    ["REDIS_URL", { ...FULL, REDIS_URL: "redis+sentinel://one:26379,two" }],
    ["REDIS_URL", { ...FULL, REDIS_URL: "redis+sentinel://one/name/first" }],
    ["REDIS_URL", { ...FULL, REDIS_URL: "redis+cluster://one:7000,/0" }],
    ["REDIS_URL", { ...FULL, REDIS_URL: "redis+cluster://one/1" }],
    ["REDIS_URL", { ...FULL, REDIS_URL: "redis+cluster://user:50%@one" }],
    ["REDIS_FENCE", { ...FULL, REDIS_FENCE: "maybe" }],
    ["WEB_CONCURRENCY", { WEB_CONCURRENCY: "2" }],
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
    ["LIMIT_LOG_IN", { LIMIT_LOG_IN: "5/60" }],
    ["LIMIT_LOG_IN_PAIR", { LIMIT_LOG_IN_PAIR: "5" }],
    ["LIMIT_LOG_IN_PAIR", { LIMIT_LOG_IN_PAIR: "0/60" }],
    ["LIMIT_LOG_IN_PAIR", { LIMIT_LOG_IN_PAIR: "5/90000" }],
    ["LIMIT_FAILURES", { LIMIT_FAILURES: "0" }],
    ["POLICY_COOKIE_NAME", { POLICY_COOKIE_NAME: "a;b" }],
    ["POLICY_COOKIE_NAME", { ...FULL, POLICY_COOKIE_SECURE: "false" }],
    ["POLICY_COOKIE_NAME", { POLICY_COOKIE_NAME: "__host-x" }],
    ["POLICY_COOKIE_NAME", { ...DOMAIN, POLICY_COOKIE_NAME: "__Host-session_id" }],
    ["COOKIE_DOMAIN", { ...DOMAIN, COOKIE_DOMAIN: "example.org" }],
    ["COOKIE_DOMAIN", { ...DOMAIN, COOKIE_DOMAIN: "ample.com" }],
    ["COOKIE_DOMAIN", { ...DOMAIN, COOKIE_DOMAIN: "com" }],
    ["COOKIE_DOMAIN", { ...DOMAIN, COOKIE_DOMAIN: "x.id.example.com" }],
    ["COOKIE_DOMAIN", { ...DOMAIN, COOKIE_DOMAIN: "example.com; Secure" }],
    ["COOKIE_DOMAIN", { COOKIE_DOMAIN: "example.com" }],
    ["CORS_ORIGINS", { CORS_ORIGINS: "*" }],
    ["CORS_HEADERS", { CORS_HEADERS: "x-app, authorization*" }],
    ["CORS_HEADERS", { CORS_HEADERS: "x app" }],
    ["KEEP_ALIVE_SECONDS", { KEEP_ALIVE_SECONDS: "0" }],
    ["KEEP_ALIVE_SECONDS", { KEEP_ALIVE_SECONDS: "4000" }],
    ["CORS_ORIGINS", { CORS_ORIGINS: "null" }],
    ["CORS_ORIGINS", { CORS_ORIGINS: "https://app.example.com/" }],
    ["CORS_ORIGINS", { CORS_ORIGINS: "https://app.example.com:443" }],
    ["CORS_ORIGINS", { CORS_ORIGINS: "https://*.example.com" }],
    ["CORS_ORIGINS", { CORS_ORIGINS: "https://app.example.com,,https://b.example.com" }],
    ["TRUSTED_PROXIES", { TRUSTED_PROXIES: "10.0.0.1" }],
    ["TRUSTED_PROXIES", { TRUSTED_PROXIES: "none,10.0.0.0/8" }],
    ["TRUSTED_PROXIES", { ...FULL, TRUSTED_PROXIES: "" }],
    ["POLICY_VERIFICATION_REQUIRED", { ...FULL, POLICY_VERIFICATION_REQUIRED: "false" }],
    ["POLICY_VERIFICATION_REQUIRED", { POLICY_DISCLOSURE: "closed" }],
    [
      "POLICY_VERIFICATION_ON_REGISTRATION",
      {
        ...FULL,
        POLICY_VERIFICATION_ON_REGISTRATION: "false",
        POLICY_UNVERIFIED_SECONDS: "0",
      },
    ],
    ["POLICY_VERIFICATION_ON_REGISTRATION", { POLICY_VERIFICATION_REQUIRED: "true" }],
    ["MAIL", { ...FULL, MAIL: "off" }],
    ["TRUSTED_PROXIES", { TRUSTED_PROXIES: "10.0.0.0/33" }],
    ["BREACHED_PASSWORDS_URL", { BREACHED_PASSWORDS_URL: "http://range.example.com" }],
    ["POLICY_PASSWORD_CONTEXT_WORDS", { POLICY_PASSWORD_CONTEXT_WORDS: "acme,me" }],
    ["POLICY_REGISTRATION_LOGS_IN", { ...FULL, POLICY_REGISTRATION_LOGS_IN: "true" }],
    ["POLICY_UNVERIFIED_SECONDS", { POLICY_UNVERIFIED_SECONDS: "900000" }],
    ["POLICY_UNVERIFIED_SECONDS", { ...FULL, POLICY_UNVERIFIED_SECONDS: "3600" }],
    ["POLICY_COOKIE_SECURE", { ...FULL, POLICY_COOKIE_SECURE: "false", POLICY_COOKIE_NAME: "sid" }],
    ["CORS_ORIGINS", { ...FULL, CORS_ORIGINS: "http://app.example.com" }],
    ["SECRETS", { ...FULL, SECRETS: "", POLICY: "course", HOST: "127.0.0.1" }],
    ["BREACHED_PASSWORDS_URL", { BREACHED_PASSWORDS_URL: "https://range.example.com/?x=1" }],
    [
      "POLICY_REGISTRATION_LOGS_IN",
      { POLICY_REGISTRATION_LOGS_IN: "true", POLICY_VERIFICATION_REQUIRED: "true" },
    ],
    ["EVENT_RETENTION_DAYS", { POLICY_REMEMBERED_ABSOLUTE_SECONDS: "34560001" }],
  ])("refuses a wrong %s: %o", (name, env) => {
    expect(mistakes(env)).toContain(`${name}: `);
  });

  it("lets each limit be set on its own", () => {
    const given = { ...FULL, LIMIT_LOG_IN_PAIR: "3/60", LIMIT_FAILURES: "20" };
    expect(parseConfig({ ...given, LIMIT_KNOWN_DEVICES: "off" }).policy.limits).toEqual({
      ...strictPolicy.limits,
      logInPair: { places: 3, windowSeconds: 60 },
      failures: 20,
      knowsDevices: false,
    });
  });

  it("lets a service without registration do without mail and verification", () => {
    const closed = { ...FULL, POLICY_REGISTRATION: "closed", MAIL: "off" };
    expect(mistakes({ ...closed, POLICY_VERIFICATION_REQUIRED: "false" })).toBe("none");
  });

  it("takes __Secure- for __Host- where other hosts are to be sent the cookie", () => {
    expect(parseConfig(DOMAIN).policy.cookie).toEqual({
      name: "__Secure-session_id",
      secure: true,
      domain: "example.com",
    });
    expect(parseConfig({ ...DOMAIN, PUBLIC_URL: "https://example.com" }).policy.cookie.domain).toBe(
      "example.com",
    );
  });

  it("reads the rest of an account's life", () => {
    const config = parseConfig({
      CORS_ORIGINS: "https://app.example.com, http://localhost:3000",
      TRUSTED_PROXIES: "10.0.0.0/8,fd00::/8",
      BREACHED_PASSWORDS_URL: "http://127.0.0.1:8080/range",
      POLICY_PASSWORD_CONTEXT_WORDS: "Acme, widgets",
      POLICY_VERIFICATION_ON_REGISTRATION: "true",
      POLICY_UNVERIFIED_SECONDS: "90000",
      POLICY_REAUTHENTICATION_SECONDS: "0",
      POLICY_REMEMBERED_IDLE_SECONDS: "30",
    });
    expect(config).toMatchObject({
      corsOrigins: ["https://app.example.com", "http://localhost:3000"],
      trustedProxies: ["10.0.0.0/8", "fd00::/8"],
      breachedPasswordsUrl: "http://127.0.0.1:8080/range",
      policy: {
        password: { contextWords: ["acme", "widgets"] },
        verification: { unverifiedTtlMs: 90_000_000 },
        reauthentication: { freshMs: 0 },
        rememberedSession: { idleMs: 30_000, touchEveryMs: 3_000 },
      },
    });
    const never = parseConfig({ ...FULL, POLICY_UNVERIFIED_SECONDS: "0" });
    expect(never.policy.verification.unverifiedTtlMs).toBeUndefined();
    const unasked = parseConfig({
      ...FULL,
      POLICY_REGISTRATION: "closed",
      POLICY_VERIFICATION_ON_REGISTRATION: "false",
    });
    expect(unasked.policy.verification.unverifiedTtlMs).toBeUndefined();
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
