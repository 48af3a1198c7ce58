import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MODES, type Service } from "./modes.ts";
import { anEmail, checkedFetch, visitor } from "./visitor.ts";

describe.each(MODES)("the course, in $mode mode", ({ open, isHere }) => {
  describe.skipIf(!isHere)("with its stores", () => {
    let service: Service;
    beforeAll(async () => {
      service = await open();
    });
    afterAll(() => service?.close());
    const newcomer = () => visitor(service.api().origin);

    it("is gone through from the first step to the last", async () => {
      const [email, password, newPassword] = [anEmail(), "MyPwdOfBob", "NewPwdOfBob"];
      const bob = newcomer();
      const seen = async (answer: Promise<{ status: number; text: string }>) => {
        const { status, text } = await answer;
        return [status, text];
      };
      expect(await seen(bob.send("GET", "/"))).toEqual([200, '{"message":"Bienvenue"}']);
      const created = [200, `{"email":"${email}","message":"user created"}`];
      expect(await seen(bob.register(email, password))).toEqual(created);
      const taken = [400, '{"message":"email already registered"}'];
      expect(await seen(bob.register(email, password))).toEqual(taken);
      expect((await bob.logIn(email, "wrong")).status).toBe(401);
      expect((await bob.profile()).status).toBe(403);
      const loggedIn = [200, `{"email":"${email}","message":"logged in"}`];
      expect(await seen(bob.logIn(email, password))).toEqual(loggedIn);
      expect(bob.cookie).toMatch(/^session_id=[\w-]{64}$/);
      expect(await seen(bob.profile())).toEqual([200, `{"email":"${email}"}`]);
      const cookie = bob.cookie;
      const loggedOut = await bob.logOut();
      expect([loggedOut.status, loggedOut.headers.get("location")]).toEqual([302, "/"]);
      bob.cookie = cookie;
      expect((await bob.profile()).status).toBe(403);
      const token = await bob.resetToken(email);
      expect(token).toMatch(/^[\w-]{43}$/);
      const updated = [200, `{"email":"${email}","message":"Password updated"}`];
      expect(await seen(bob.reset(email, token, newPassword))).toEqual(updated);
      expect(await seen(bob.logIn(email, newPassword))).toEqual(loggedIn);
      expect((await bob.logIn(email, password)).status).toBe(401);
      expect((await bob.reset(email, token, "Another")).status).toBe(403);
    });

    it("refuses what the contract refuses", async () => {
      const [email, password] = [anEmail(), "MyPwdOfBob"];
      const bob = newcomer();
      await bob.register(email, password);
      const status = async (method: string, path: string, fields?: Record<string, string>) =>
        (await bob.send(method, path, fields)).status;
      expect(await status("POST", "/users", { email })).toBe(400);
      expect(await status("POST", "/users", { password })).toBe(400);
      expect(await status("POST", "/users")).toBe(400);
      expect(await status("POST", "/sessions", { email: "nonsense", password })).toBe(401);
      expect(await status("POST", "/sessions", { password })).toBe(401);
      expect(await status("POST", "/sessions")).toBe(401);
      expect(await status("DELETE", "/sessions")).toBe(403);
      expect(await status("GET", "/profile")).toBe(403);
      expect(await status("GET", "/sessions/current")).toBe(403);
      expect(await status("POST", "/reset_password", { email: anEmail("nobody") })).toBe(403);
      expect(await status("POST", "/reset_password")).toBe(403);
      expect(await status("PUT", "/reset_password")).toBe(403);
      expect(await status("GET", "/nothing")).toBe(404);
      expect(await status("PATCH", "/users")).toBe(405);
    });

    it("accepts the newest reset token of a user, and no earlier one", async () => {
      const [email, other] = [anEmail(), anEmail("other")];
      const bob = newcomer();
      for (const one of [email, other]) await bob.register(one, "MyPwdOfBob");
      const theirs = await bob.resetToken(other);
      const [first, second, third] = [
        await bob.resetToken(email),
        await bob.resetToken(email),
        await bob.resetToken(email.toUpperCase()),
      ];
      for (const replaced of [first, second]) {
        const { status, text } = await bob.reset(email, replaced, "NewPwd");
        expect([status, text]).toEqual([403, '{"message":"reset token not valid"}']);
      }
      expect((await bob.logIn(email, "MyPwdOfBob")).status).toBe(200);
      expect((await bob.reset(email, third, "NewPwd")).status).toBe(200);
      expect((await bob.logIn(email, "NewPwd")).status).toBe(200);
      expect((await bob.reset(other, theirs, "NewPwd")).status).toBe(200);
    });

    it("takes JSON as well, and tells another app whose session it is", async () => {
      const { origin } = service.api();
      const [email, password] = [anEmail(), "MyPwdOfBob"];
      const json = (path: string, fields: Record<string, string>) =>
        checkedFetch(origin + path, {
          method: "POST",
          body: JSON.stringify(fields),
          headers: { "content-type": "application/json" },
        });
      expect((await json("/users", { email, password })).status).toBe(200);
      const loggedIn = await json("/sessions", { email, password });
      expect(loggedIn.status).toBe(200);
      const cookie = loggedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
      const { text } = await visitor(origin, cookie).send("GET", "/sessions/current");
      expect(JSON.parse(text)).toMatchObject({ email, email_verified: false });
    });

    it("never adopts a cookie that was planted before the log-in", async () => {
      const [email, password] = [anEmail(), "MyPwdOfBob"];
      const mallory = newcomer();
      await mallory.register(email, password);
      await mallory.logIn(email, password);
      const planted = mallory.cookie;
      await mallory.logOut();
      const bob = visitor(service.api().origin, planted);
      await bob.logIn(email, password);
      expect(bob.cookie).not.toBe(planted);
      expect((await bob.profile()).status).toBe(200);
      expect((await visitor(service.api().origin, planted).profile()).status).toBe(403);
      const both = `${planted}; ${bob.cookie}`;
      expect((await visitor(service.api().origin, both).profile()).status).toBe(403);
    });

    it("goes on where it was after every process was killed", async () => {
      const [email, password] = [anEmail(), "MyPwdOfBob"];
      const bob = newcomer();
      await bob.register(email, password);
      await bob.logIn(email, password);
      const token = await bob.resetToken(email);
      const ended = visitor(service.api().origin);
      await ended.logIn(email, password);
      const endedCookie = ended.cookie;
      await ended.logOut();

      await service.restart();
      const { origin } = service.api();
      expect((await visitor(origin, bob.cookie).profile()).status).toBe(200);
      expect((await visitor(origin, endedCookie).profile()).status).toBe(403);
      expect((await newcomer().logIn(email, password)).status).toBe(200);
      expect((await newcomer().reset(email, token, "NewPwd")).status).toBe(200);
      expect((await visitor(origin, bob.cookie).profile()).status).toBe(403);
      expect((await newcomer().logIn(email, "NewPwd")).status).toBe(200);
    });

    it("is live and ready", async () => {
      expect((await newcomer().send("GET", "/health/live")).text).toBe('{"status":"live"}');
      expect((await newcomer().send("GET", "/health/ready")).text).toBe('{"status":"ready"}');
    });
  });
});
