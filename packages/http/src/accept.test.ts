import { expect, it } from "vitest";
import { preferredLanguages } from "./accept.ts";
import { EMAIL, PASSWORD, seen, testApp } from "./app.fixture.ts";

it.each([
  ["de", ["de"]],
  ["da, en-GB;q=0.8, en;q=0.7", ["da", "en-GB", "en"]],
  ["en;q=0.5, fr", ["fr", "en"]],
  ["fr;Q=0.9 , de ; q=1", ["de", "fr"]],
  ["*, de;q=0, es;q=0.1", ["es"]],
  ["de;q=high", []],
  ["", []],
  [null, []],
])("%s prefers %j", (header, expected) => {
  expect(preferredLanguages(header)).toEqual(expected);
});

it("ignores a list without end", () => {
  expect(preferredLanguages(Array(10_000).fill("de").join(","))).toHaveLength(20);
});

const bob = { email: EMAIL, password: PASSWORD };

it.each([
  ["de-at, en;q=0.5", "de-AT"],
  ["<b>", null],
  ["", null],
])("a registration with %j stores the language %s", async (header, stored) => {
  const { request, send, logIn } = testApp();
  await send("POST", "/users", bob, { "accept-language": header });
  const { cookie } = await logIn();
  const response = await request("GET", "/profile/language", { headers: { cookie } });
  expect(await response.json()).toEqual({ language: stored });
});

it("a user chooses another language, in its canonical form", async () => {
  const { request, send, register, logIn } = testApp();
  await register();
  const { cookie } = await logIn();
  const choose = (language: string) => send("PUT", "/profile/language", { language }, { cookie });
  const read = (path: string) => request("GET", path, { headers: { cookie } });
  expect(await (await choose("pt-br")).json()).toEqual({ language: "pt-BR" });
  expect(await seen(choose("klingon_tlh"))).toEqual([
    400,
    '{"message":"language: not a language tag such as de or pt-BR"}',
  ]);
  expect(await (await read("/profile/language")).json()).toEqual({ language: "pt-BR" });
  expect(await (await read("/profile/export")).json()).toMatchObject({
    user: { language: "pt-BR" },
  });
});

it("tells and changes nothing without a session", async () => {
  const { request, send } = testApp();
  expect((await request("GET", "/profile/language")).status).toBe(403);
  expect((await send("PUT", "/profile/language", { language: "de" })).status).toBe(403);
});
