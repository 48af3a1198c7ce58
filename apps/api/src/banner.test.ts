import { expect, it } from "vitest";
import { banner } from "./banner.ts";
import { parseConfig } from "./config.ts";

const shown = (env: Record<string, string>) => banner(parseConfig(env), "http://127.0.0.1:5000");
const AT_HOME = { POLICY: "strict", PUBLIC_URL: "http://localhost:5000" };

it("says that Safari keeps no Secure cookie of plain http, and what to do", () => {
  expect(shown(AT_HOME)).toContain("Safari keeps no Secure cookie of http://localhost:5000");
  const plain = { POLICY_COOKIE_SECURE: "false", POLICY_COOKIE_NAME: "session_id" };
  expect(shown(AT_HOME)).toContain("POLICY_COOKIE_SECURE=false and POLICY_COOKIE_NAME=session_id");
  expect(shown({ ...AT_HOME, ...plain })).not.toContain("Safari");
  const https = { PUBLIC_URL: "https://login.example.com", TRUSTED_PROXIES: "none" };
  expect(shown({ ...AT_HOME, ...https })).not.toContain("Safari");
  expect(shown({})).not.toContain("Safari");
});
