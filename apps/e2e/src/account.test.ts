import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accounts, NEW_PASSWORD, PASSWORD, PATIENCE } from "./accounts.ts";
import { type Deployment, DEPLOYMENTS, tokenIn } from "./deployments.ts";
import { anEmail, checkedFetch } from "./visitor.ts";

describe.each(DEPLOYMENTS)(
  "an account in $mode mode under the $policy policy",
  ({ open, isHere }) => {
    describe.skipIf(!isHere)("with its stores", () => {
      let deployment: Deployment;
      beforeAll(async () => {
        // No log-in counts as recent here, so that the current password is required.
        deployment = await open({ POLICY_REAUTHENTICATION_SECONDS: "0" });
      });
      afterAll(() => deployment?.close());

      const { another, codeOf, isIn, nextToken, registered, resetTokenFor, unverified } = accounts(
        () => deployment,
      );

      it("is made, looked at, and logged out of", async () => {
        const visitor = deployment.visitor();
        expect(await visitor.welcome()).toMatchObject({ ok: true, body: { message: "Bienvenue" } });
        expect(await codeOf(visitor.isLive())).toBe("live");
        expect(await codeOf(visitor.isReady())).toBe("ready");
        const { email, browser } = await registered("looked-at");
        const taken = deployment.isClosed ? "registration_accepted" : "email_already_registered";
        expect(await codeOf(visitor.register({ email, password: NEW_PASSWORD }))).toBe(taken);
        expect(await browser.profile()).toMatchObject({ ok: true, body: { email } });
        expect(await browser.currentSession()).toMatchObject({
          ok: true,
          body: { email, email_verified: deployment.isClosed },
        });
        const cookie = browser.cookie();
        expect(await codeOf(browser.logOut())).toBe("logged_out");
        expect(browser.cookie()).toBeUndefined();
        expect(await codeOf(deployment.visitor(cookie).profile())).toBe("session_missing");
        expect(await codeOf(browser.logIn({ email, password: "wrong" }))).toBe(
          "credentials_invalid",
        );
      });

      it("has sessions that are listed, and ended one by one, or all others, or all", async () => {
        const { email, browser } = await registered("many-devices");
        const remembered = deployment.visitor();
        await remembered.logIn({ email, password: PASSWORD, remember: true });
        const [third, fourth] = [await another(email), await another(email)];
        const listed = await browser.listSessions();
        if (!listed.ok) throw new Error(listed.code);
        const { sessions } = listed.body;
        expect(sessions.map(({ current, remembered: isLong }) => [current, isLong])).toEqual([
          [true, false],
          [false, true],
          [false, false],
          [false, false],
        ]);
        for (const { network, device } of sessions) {
          expect([network, device]).toEqual(["127.0.0.0/24", "an unknown device"]);
        }
        const session_id = sessions[2]?.session_id ?? "";
        const mallory = await registered("nosy");
        expect(await codeOf(mallory.browser.endSession({ session_id }))).toBe("session_not_found");
        expect(await codeOf(browser.endSession({ session_id }))).toBe("session_ended");
        expect(await Promise.all([browser, remembered, third, fourth].map(isIn))).toEqual([
          true,
          true,
          false,
          true,
        ]);
        const before = browser.cookie();
        expect(await codeOf(browser.logOut({ except: "current" }))).toBe("other_sessions_ended");
        expect(browser.cookie()).not.toBe(before);
        expect(await Promise.all([browser, remembered, fourth].map(isIn))).toEqual([
          true,
          false,
          false,
        ]);
        expect(await isIn(deployment.visitor(before))).toBe(false);
        const after = browser.cookie();
        expect(await codeOf(browser.logOut({ all: "true" }))).toBe("logged_out");
        expect(await isIn(deployment.visitor(after))).toBe(false);
      });

      it("gets another password, which ends every other session and renews this one", async () => {
        const { email, browser } = await registered("changer");
        const other = await another(email);
        const change = { new_password: NEW_PASSWORD };
        expect(await codeOf(browser.changePassword(change))).toBe("password_required");
        const wrong = { ...change, current_password: "wrong" };
        expect(await codeOf(browser.changePassword(wrong))).toBe("password_wrong");
        const easy = { new_password: "12345678", current_password: PASSWORD };
        if (deployment.isClosed)
          expect(await codeOf(browser.changePassword(easy))).toBe("password_common");
        const before = browser.cookie();
        const right = { ...change, current_password: PASSWORD };
        expect(await codeOf(browser.changePassword(right))).toBe("password_updated");
        expect(await Promise.all([browser, other, deployment.visitor(before)].map(isIn))).toEqual([
          true,
          false,
          false,
        ]);
        expect(await codeOf(other.logIn({ email, password: PASSWORD }))).toBe(
          "credentials_invalid",
        );
        expect(await isIn(await another(email, NEW_PASSWORD))).toBe(true);
      });

      it("has its address verified by the link of a mail, which a repeat does not harm", async () => {
        const { email, browser, token } = await unverified("verified");
        if (!deployment.isClosed) await browser.logIn({ email, password: PASSWORD });
        // As mail scanners do: they open links to see where they lead.
        for (let look = 0; look < 10; look += 1) {
          for (const method of ["GET", "HEAD"]) {
            const url = `${deployment.origin}/email_verification?token=${token}#token=${token}`;
            expect((await checkedFetch(url, { method })).status).toBe(200);
          }
        }
        // A session proves the password too. Under closed disclosure there is none yet.
        const proof = deployment.isClosed ? { password: PASSWORD } : {};
        expect(await codeOf(browser.verifyEmail({ token, ...proof }))).toBe("email_verified");
        if (deployment.isClosed) await browser.logIn({ email, password: PASSWORD });
        expect(await browser.currentSession()).toMatchObject({ body: { email_verified: true } });
        expect(await codeOf(deployment.visitor().verifyEmail({ token }))).toBe("email_verified");
        expect(await codeOf(browser.verifyEmail({ token: "x" }))).toBe(
          "verification_token_invalid",
        );
        const unknown = await codeOf(browser.requestVerification({ email: anEmail("nobody") }));
        expect(unknown).toBe(deployment.isClosed ? "verification_requested" : "email_unknown");
        expect(await isIn(await another(email))).toBe(true);
      });

      it("keeps its password without a session, if the password comes along", async () => {
        const { email, token } = await unverified("by-password");
        const visitor = deployment.visitor();
        const wrong = { token, password: "wrong" };
        expect(await codeOf(visitor.verifyEmail(wrong))).toBe("password_wrong");
        expect(await codeOf(visitor.verifyEmail({ token, password: PASSWORD }))).toBe(
          "email_verified",
        );
        expect(await isIn(await another(email))).toBe(true);
      });

      it("has a forgotten password reset, once, and a retry with its key is told the same", async () => {
        const { email, browser } = await registered("forgetful");
        const reset_token = await resetTokenFor(browser, email);
        const fields = { email, reset_token, new_password: NEW_PASSWORD };
        const keyed = { ...fields, "idempotency-key": "attempt-1" };
        expect(await codeOf(browser.resetPassword(keyed))).toBe("password_updated");
        expect(await codeOf(browser.resetPassword(keyed))).toBe("password_updated");
        expect(await codeOf(browser.resetPassword(fields))).toBe("reset_token_invalid");
        const other = { ...fields, "idempotency-key": "attempt-2" };
        expect(await codeOf(browser.resetPassword(other))).toBe("reset_token_invalid");
        const bad = { ...fields, "idempotency-key": "x".repeat(256) };
        expect(await codeOf(browser.resetPassword(bad))).toBe("idempotency_key_invalid");
        expect(await isIn(browser)).toBe(false);
      });

      it("gets another address by the link to it, with a notice to the old one before and after", async () => {
        const { email, browser } = await registered("mover");
        const next = anEmail("moved");
        const other = await another(email);
        expect(await codeOf(browser.changeEmail({ email: next }))).toBe("password_required");
        const change = { email: next, current_password: PASSWORD };
        const token = await nextToken(next, () => browser.changeEmail(change));
        expect(await browser.profile()).toMatchObject({ body: { email } });
        const told = (subject: string) =>
          deployment.mailsTo(email).filter((mail) => mail.includes(subject)).length;
        await expect.poll(() => told("Your e-mail address is to be changed"), PATIENCE).toBe(1);
        const before = browser.cookie();
        expect(await codeOf(browser.verifyEmail({ token }))).toBe("email_changed");
        expect(await browser.profile()).toMatchObject({ body: { email: next } });
        expect(await Promise.all([other, deployment.visitor(before)].map(isIn))).toEqual([
          false,
          false,
        ]);
        await expect.poll(() => told("Your e-mail address was changed"), PATIENCE).toBe(1);
        expect(await codeOf(other.logIn({ email, password: PASSWORD }))).toBe(
          "credentials_invalid",
        );
        expect(await isIn(await another(next))).toBe(true);
        expect(await codeOf(browser.verifyEmail({ token }))).toBe("verification_token_invalid");
      });

      it("does not flip back: of two changes that wait, used at once, one wins", async () => {
        const { browser } = await registered("undecided");
        const wanted = [anEmail("either"), anEmail("or")];
        const tokens: string[] = [];
        for (const email of wanted) {
          const change = { email, current_password: PASSWORD };
          tokens.push(await nextToken(email, () => browser.changeEmail(change)));
        }
        const links = [...tokens, ...tokens, ...tokens].map((token) =>
          deployment.visitor().verifyEmail({ token, password: PASSWORD }),
        );
        const codes = (await Promise.all(links)).map(({ code }) => code);
        expect(codes.filter((code) => code === "email_changed")).toHaveLength(1);
        expect(codes.filter((code) => code === "verification_token_invalid")).toHaveLength(5);
        const winner = wanted[codes.indexOf("email_changed") % 2] ?? "";
        expect(await isIn(await another(winner))).toBe(true);
        for (const token of tokens) {
          const late = await deployment.visitor().verifyEmail({ token });
          expect(late.code).toBe("verification_token_invalid");
        }
      });

      it("cannot have another's address, and only open disclosure says so at once", async () => {
        const [owner, { browser }] = [await registered("owner"), await registered("envious")];
        const wanted = { email: owner.email.toUpperCase(), current_password: PASSWORD };
        const asked = await browser.changeEmail(wanted);
        expect(asked.code).toBe(
          deployment.isClosed ? "email_change_requested" : "email_already_registered",
        );
        if (!deployment.isClosed) return;
        const told = () =>
          deployment
            .mailsTo(owner.email)
            .filter((mail) => mail.includes("You have an account already"));
        await expect.poll(() => told().length, PATIENCE).toBe(1);
        expect(tokenIn(told())).toBe("");
      });

      it("tells a password manager where the password is changed", async () => {
        const url = `${deployment.origin}/.well-known/change-password?to=https://evil.example`;
        const answer = await checkedFetch(url, { redirect: "manual" });
        expect([answer.status, answer.headers.get("location")]).toEqual([302, "/profile/password"]);
        expect((await checkedFetch(`${deployment.origin}/profile/password`)).status).toBe(200);
        expect((await checkedFetch(`${deployment.origin}/docs`)).status).toBe(200);
      });
    });
  },
);
