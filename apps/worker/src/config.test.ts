import { randomBytes } from "node:crypto";
import { InvalidEnvironment } from "@postern/process";
import { describe, expect, it } from "vitest";
import { parseWorkerConfig } from "./config.ts";

const BASE = {
  DATABASE_URL: "postgres://localhost/postern",
  SECRETS: `one:${randomBytes(32).toString("base64")}`,
};
const MAIL = {
  SMTP_URL: "smtps://user:pass@mail.example.com",
  MAIL_FROM: "Postern <no-reply@example.com>",
  PUBLIC_URL: "https://id.example.com/auth",
};

function mistakesOf(env: Record<string, string>): string {
  try {
    parseWorkerConfig(env);
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error.message;
    throw error;
  }
  return "";
}

describe("the worker's configuration", () => {
  it("needs a database and secrets, and keeps what is done with for a while", () => {
    expect(parseWorkerConfig(BASE)).toMatchObject({
      smtp: undefined,
      webhookNetworks: [],
      retention: { eventDays: 400, jobDays: 7 },
      tries: undefined,
    });
    expect(mistakesOf({})).toMatch(/DATABASE_URL: is required[^]*SECRETS: is required/);
  });

  it("takes a way to send mail, or its absence in so many words", () => {
    const from = { name: "Postern", address: "no-reply@example.com" };
    expect(parseWorkerConfig({ ...BASE, ...MAIL })).toMatchObject({
      smtp: { url: MAIL.SMTP_URL, from },
      publicUrl: MAIL.PUBLIC_URL,
    });
    expect(parseWorkerConfig({ ...BASE, MAIL: "off" }).smtp).toBe("off");
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ SMTP_URL: MAIL.SMTP_URL }, /MAIL_FROM: is required[^]*PUBLIC_URL: is required/],
    [{ MAIL_FROM: MAIL.MAIL_FROM }, /SMTP_URL: is required/],
    [{ ...MAIL, MAIL: "off" }, /MAIL: is off, and SMTP_URL is set/],
    [{ MAIL: "canary" }, /MAIL: /],
    [
      { ...MAIL, MAIL_FROM: "a@example.com, b@canary.com" },
      /MAIL_FROM: must be one e-mail address/,
    ],
    [{ ...MAIL, SMTP_URL: "http://canary" }, /SMTP_URL: must be/],
    [{ ...MAIL, SMTP_URL: "smtp://canary?requireTLS=true" }, /SMTP_URL: must be a host/],
    [{ ...MAIL, PUBLIC_URL: "https://canary.example.com?next=x" }, /PUBLIC_URL: must/],
    [{ ...MAIL, PUBLIC_URL: "https://canary@example.com" }, /PUBLIC_URL: must/],
    [{ WEBHOOK_ALLOW_NETWORKS: "10.0.0.0" }, /WEBHOOK_ALLOW_NETWORKS: must be networks/],
    [{ WEBHOOK_ALLOW_NETWORKS: "10.0.0.0/8, canary/8" }, /WEBHOOK_ALLOW_NETWORKS: /],
    [{ WEBHOOK_ALLOW_NETWORKS: "::1/129" }, /WEBHOOK_ALLOW_NETWORKS: /],
    [{ EVENT_RETENTION_DAYS: "30" }, /EVENT_RETENTION_DAYS: /],
    [{ JOB_RETENTION_DAYS: "0" }, /JOB_RETENTION_DAYS: /],
    [{ EVENT_TRIES: "0" }, /EVENT_TRIES: /],
  ])("refuses %j, and shows no value", (env, said) => {
    const mistakes = mistakesOf({ ...BASE, ...env });
    expect(mistakes).toMatch(said);
    expect(mistakes).not.toContain("canary");
  });

  it("takes networks in both families", () => {
    const env = { ...BASE, WEBHOOK_ALLOW_NETWORKS: "10.0.0.0/8, fd00::/8" };
    expect(parseWorkerConfig(env).webhookNetworks).toEqual(["10.0.0.0/8", "fd00::/8"]);
  });
});
