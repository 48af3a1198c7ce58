import { expect, it } from "vitest";
import { startApi } from "../api-process.ts";
import { DEPLOYMENTS } from "../deployments.ts";
import { embeddedFolder } from "../stores.ts";
import { anEmail, visitor } from "../visitor.ts";
import { openSite } from "./person.ts";

const [course] = DEPLOYMENTS;

it("of a mail or a password manager shows a page to everybody, which loads nothing else", async () => {
  if (!course) throw new Error("there is no deployment");
  const site = await openSite(course);
  for (const path of ["/reset_password", "/email_verification", "/profile/password"])
    for (const method of ["GET", "HEAD"]) {
      const response = await fetch(site.origin + path, { method });
      expect([path, response.status]).toEqual([path, 200]);
      const policy = response.headers.get("content-security-policy");
      expect(policy).toMatch(/^default-src 'none'; style-src 'self'; script-src 'self';/);
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
    }
  await site.close();
});

it("uses up nothing when it is opened, by scanners too", async () => {
  if (!course) throw new Error("there is no deployment");
  const site = await openSite(course);
  const email = anEmail("link");
  const ada = visitor(site.origin);
  await ada.register(email, "MyPwdOfAda");
  const asked = await ada.send("POST", "/reset_password", { email });
  const { reset_token: token } = JSON.parse(asked.text) as { reset_token: string };

  const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
    fetch(site.origin + path, { method, headers, redirect: "manual" });
  const post = (path: string, fields: Record<string, string>, headers = {}) =>
    fetch(site.origin + path, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers,
      redirect: "manual",
    });
  const kept = await post("/reset_password/link", { link: `#email=${email}&token=${token}` });
  const set = kept.headers.getSetCookie().find((one) => one.includes("token"));
  const cookie = set?.split(";")[0] ?? "";
  for (const method of ["GET", "HEAD"])
    for (const path of ["/reset_password", `/reset_password?token=${token}`])
      for (const headers of [{}, { cookie }])
        expect((await ask(method, path, headers)).status).toBe(200);
  expect(await (await ask("GET", "/reset_password", { cookie })).text()).not.toContain(token);

  const chosen = { new_password: "AnotherPwdOfAda" };
  const done = await post("/reset_password/choose", chosen, { cookie });
  expect([done.status, done.headers.get("location")]).toEqual([303, "/login?notice=doneReset"]);
  await site.close();
});

it("is in the log: forms and errors at info, with the id of their calls, other pages at debug", async () => {
  const folder = embeddedFolder();
  const api = await startApi({ DATA_DIR: folder.path, BCRYPT_COST: "4", LOG_LEVEL: "debug" });
  const body = new URLSearchParams({ email: "nobody@example.com", password: "wrong" });
  await fetch(`${api.origin}/login`);
  await fetch(`${api.origin}/login`, { method: "POST", body });
  await api.end("SIGTERM");
  const lines = api.output
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const pages = lines.filter(({ msg }) => msg === "page");
  expect(pages.map(({ level, method, page, status }) => [level, method, page, status])).toEqual([
    [20, "GET", "/login", 200],
    [30, "POST", "/login", 422],
  ]);
  const calls = lines.filter(({ msg, route }) => msg === "request" && route === "/sessions");
  expect(calls.map(({ requestId }) => requestId)).toEqual([pages[1]?.["requestId"]]);
  folder.remove();
});
