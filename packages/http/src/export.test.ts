import { expect, it } from "vitest";
import { testApp } from "./app.fixture.ts";

it("an export that nobody reads ends, so that the next one may begin", async () => {
  const { request, register, logIn } = testApp();
  await register();
  const { cookie } = await logIn();
  const get = (method: string) => request(method, "/profile/export", { headers: { cookie } });
  expect((await get("HEAD")).status).toBe(200);
  const whole = await get("GET");
  expect(whole.status).toBe(200);
  expect(await whole.json()).toMatchObject({ events: expect.any(Array) });
  expect((await get("GET")).status).toBe(200);
});

it("a second export at the same time is refused with Retry-After", async () => {
  const { app, register, logIn } = testApp();
  await register();
  const { cookie } = await logIn();
  const get = () => app.request("http://localhost/profile/export", { headers: { cookie } });
  const first = await get();
  const second = await get();
  expect([second.status, Number(second.headers.get("retry-after")) > 0]).toEqual([429, true]);
  await first.body?.cancel(); // the client went away
  expect((await get()).status).toBe(200);
});
