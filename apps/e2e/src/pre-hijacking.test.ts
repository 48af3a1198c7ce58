import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accounts, NEW_PASSWORD, PASSWORD } from "./accounts.ts";
import { type Deployment, DEPLOYMENTS } from "./deployments.ts";
import { anEmail } from "./visitor.ts";

/** Two parties: one registers or requests the other's address, and the other reads its mail. */
describe.each(DEPLOYMENTS)(
  "account pre-hijacking in $mode mode under the $policy policy",
  ({ open, isHere }) => {
    describe.skipIf(!isHere)("with its stores", () => {
      let deployment: Deployment;
      beforeAll(async () => {
        deployment = await open();
      });
      afterAll(() => deployment?.close());
      const { another, codeOf, isIn, nextToken, registered, resetTokenFor, unverified } = accounts(
        () => deployment,
      );

      it("gains an attacker nothing: the link, or a reset, ends what the attacker had", async () => {
        const { email, browser: attacker, token } = await unverified("pre-hijacked");
        if (!deployment.isClosed) await attacker.logIn({ email, password: PASSWORD });
        const owner = deployment.visitor();
        const cleared = await owner.verifyEmail({ token });
        if (cleared.code !== "password_cleared") throw new Error(cleared.code);
        expect(await isIn(attacker)).toBe(false);
        const again = await attacker.logIn({ email, password: PASSWORD });
        expect(again.code).toBe("credentials_invalid");
        const { reset_token } = cleared.body;
        const reset = await owner.resetPassword({ email, reset_token, new_password: NEW_PASSWORD });
        expect(reset.code).toBe("password_updated");
        expect(await isIn(await another(email, NEW_PASSWORD))).toBe(true);

        const second = await registered("pre-hijacked-too");
        const resetToken = await resetTokenFor(owner, second.email);
        const fields = { email: second.email, reset_token: resetToken, new_password: NEW_PASSWORD };
        expect(await codeOf(owner.resetPassword(fields))).toBe("password_updated");
        expect(await isIn(second.browser)).toBe(false);
        const session = await (await another(second.email, NEW_PASSWORD)).currentSession();
        // The reader of the mail has also proved control of the address.
        expect(session).toMatchObject({ body: { email_verified: deployment.isClosed } });
      });

      it("belongs to the owner of an address that another user wanted", async () => {
        const { email, browser: attacker } = await registered("thief");
        // Under closed disclosure the attacker cannot log in with an address that is not verified.
        const addresses = deployment.isClosed ? [] : [email];
        for (const wanted of [anEmail("victim"), ...addresses]) {
          const change = { email: wanted, current_password: PASSWORD };
          const token = await nextToken(wanted, () => attacker.changeEmail(change));
          const victim = deployment.visitor();
          const answer = await victim.verifyEmail({ token });
          if (answer.code !== "password_cleared") throw new Error(answer.code);
          expect(await isIn(attacker)).toBe(false);
          const refused = await attacker.logIn({ email: wanted, password: PASSWORD });
          expect(refused.code).toBe("credentials_invalid");
          const { reset_token } = answer.body;
          const reset = { email: wanted, reset_token, new_password: NEW_PASSWORD };
          expect(await codeOf(victim.resetPassword(reset))).toBe("password_updated");
          expect(await isIn(await another(wanted, NEW_PASSWORD))).toBe(true);
          await attacker.register({ email, password: PASSWORD }); // and tries the address itself
          await attacker.logIn({ email, password: PASSWORD });
        }
      });
    });
  },
);
