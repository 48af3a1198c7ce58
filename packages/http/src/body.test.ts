import { describe, expect, it } from "vitest";
import { EMAIL, testApp } from "./app.fixture.ts";

describe("bodies", () => {
  const post = (
    body: string | Uint8Array<ArrayBuffer>,
    type: string,
    headers: Record<string, string> = {},
  ) => testApp().request("POST", "/users", { body, headers: { "content-type": type, ...headers } });
  const FORM = "application/x-www-form-urlencoded";

  it.each([
    ["broken JSON", "{", "application/json", 400],
    ["JSON that is no object", "[1]", "application/json", 400],
    ["null", "null", "application/json", 400],
    ["deep JSON", "[".repeat(8000), "application/json", 400],
    ["a field given twice", "email=a@b.co&password=MyPwdOfBob&password=b", FORM, 400],
    ["another type", "email=a", "text/plain", 415],
    ["a multipart form", "--x", "multipart/form-data; boundary=x", 415],
    ["just over 16 KiB", "x".repeat(16 * 1024 + 1), FORM, 413],
    ["just 16 KiB", "x".repeat(16 * 1024), FORM, 400],
  ])("%s is answered %4$i", async (_, body, type, status) => {
    expect((await post(body, type)).status).toBe(status);
  });

  it.each([
    ["a member given twice", '{"email":"a@b.co","email":"c@d.co","password":"x"}'],
    ["a nested member", '{"email":{"password":"y"},"password":"x"}'],
    ["a member that does not belong", '{"email":"a@b.co","password":"x","admin":true}'],
    ["__proto__", '{"email":"a@b.co","password":"x","__proto__":{"admin":true}}'],
    ["depth", `{"email":"a@b.co","password":"x","y":${"[".repeat(8000)}${"]".repeat(8000)}}`],
  ])("refuses JSON with %s", async (_, body) => {
    const answer = await post(body, "application/json");
    expect(answer.status).toBe(400);
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });

  it("accepts every string in JSON", async () => {
    const { request, logIn } = testApp();
    const password = 'a":{"b\\":"c';
    const body = JSON.stringify({ email: EMAIL, password });
    const headers = { "content-type": "application/json" };
    expect((await request("POST", "/users", { body, headers })).status).toBe(200);
    expect((await logIn(EMAIL, password)).response.status).toBe(200);
  });

  it("refuses a form's bytes that are not UTF-8, so that no two passwords become one", async () => {
    for (const bad of ["%e9", "%ff", "%80", "%", "%zz", "%ed%a0%80"]) {
      expect((await post(`email=${EMAIL}&password=caf${bad}`, FORM)).status).toBe(400);
    }
    expect((await post(`email=${EMAIL}&password=caf%c3%a9+%2B=1&`, FORM)).status).toBe(200);
    expect((await post(`email=${EMAIL}&password=x&submit=1`, FORM)).status).toBe(400);
  });

  it("answers a client that goes away in the middle as a bad request, not as a bug of ours", async () => {
    const faults: unknown[] = [];
    const { request } = testApp({ onFault: (error) => faults.push(error) });
    const body = new ReadableStream({
      pull: (controller) => controller.error(new Error("aborted")),
    });
    const init = { body, duplex: "half", headers: { "content-type": FORM } } as RequestInit;
    expect((await request("POST", "/users", init)).status).toBe(400);
    expect(faults).toEqual([]);
  });

  it("refuses bytes that are not UTF-8", async () => {
    expect((await post(Uint8Array.of(0x7b, 0xff, 0x7d), "application/json")).status).toBe(400);
  });

  it("refuses an encoded body, which could unfold to any size", async () => {
    expect((await post("x", FORM, { "content-encoding": "gzip" })).status).toBe(415);
  });

  it("refuses a body of unknown length while it arrives", async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024).fill(120));
      },
    });
    const init = {
      body: endless,
      duplex: "half",
      headers: { "content-type": FORM },
    } as RequestInit;
    expect((await testApp().request("POST", "/users", init)).status).toBe(413);
    expect(sent).toBeLessThan(20 * 1024);
  });
});
