import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Deployment, DEPLOYMENTS, tokenIn } from "./deployments.ts";
import { anEmail, checkedFetch } from "./visitor.ts";

const PATIENCE = { timeout: 30_000, interval: 100 };
const PASSWORD = "seven green tortoises";
const AGENT =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15";

/** Tables with data for the user's own sake. The others belong to the machinery. */
const OF_USERS = /^postern\.(users|devices|session_records|email_changes|events) /;
/** Columns that no export contains. */
const SECRETS = new Set(["password_hash", "idempotency_hash", "token_hash", "key"]);

/**
 * Returns the texts in a row that an export must contain: all except secrets, and times, which have
 * another format there.
 */
function personalValues(row: string): string[] {
  const columns = JSON.parse(row.slice(row.indexOf(" "))) as Record<string, unknown>;
  return Object.entries(columns)
    .filter(([name]) => !SECRETS.has(name))
    .map(([, value]) => value)
    .filter((value) => typeof value === "string")
    .filter((value) => !/^\d{4}-\d\d-\d\dT/.test(value));
}

describe.each(DEPLOYMENTS)("a deletion in $mode mode under the $policy policy", (given) => {
  describe.skipIf(!given.isHere)("with its stores", () => {
    let deployment: Deployment;
    beforeAll(async () => {
      deployment = await given.open();
    });
    afterAll(() => deployment?.close());

    it("leaves nothing of the person in any table or key, but a tombstone without a name", async () => {
      const [email, wanted] = [anEmail("leaving"), anEmail("wanted")];
      const [browser, stranger] = [deployment.visitor(), deployment.visitor()];
      const verified = () =>
        tokenIn(deployment.mailsTo(email).filter((mail) => mail.includes("Confirm")));
      await browser.register({ email, password: PASSWORD });
      if (deployment.isClosed) {
        await expect.poll(verified, PATIENCE).not.toBe("");
        await browser.verifyEmail({ token: verified(), password: PASSWORD });
      }
      await browser.logIn({ email, password: PASSWORD });
      await stranger.logIn({ email, password: PASSWORD, remember: true });
      await checkedFetch(`${deployment.origin}/sessions`, {
        method: "POST",
        headers: { "user-agent": AGENT },
        body: new URLSearchParams({ email, password: PASSWORD }),
      });
      await stranger.register({ email, password: "somebody else's try" });
      await stranger.requestReset({ email });
      await stranger.requestVerification({ email });
      if (!deployment.isClosed) {
        await expect.poll(verified, PATIENCE).not.toBe("");
        await browser.verifyEmail({ token: verified() });
      }
      await browser.changeEmail({ email: wanted, current_password: PASSWORD });
      await expect.poll(() => deployment.mailsTo(wanted).length, PATIENCE).toBe(1);

      const exported = await browser.exportUser();
      if (!exported.ok) throw new Error(exported.code);
      const { user_id: userId } = exported.body.user;
      const text = JSON.stringify(exported.body);
      for (const held of [email, wanted, "Safari on macOS", "127.0.0.0/24"]) {
        expect(text).toContain(held);
      }
      expect(exported.body.events.map(({ type }) => type)).toEqual(
        expect.arrayContaining(["user.created", "session.created", "user.email_verified"]),
      );
      expect(text).not.toMatch(/password_hash|token_hash|\$2[aby]\$/);

      if (deployment.mode === "full") {
        const before = (await deployment.everythingKept()).filter((row) => OF_USERS.test(row));
        const values = before.filter((row) => row.includes(userId)).flatMap(personalValues);
        expect(values.length).toBeGreaterThan(20);
        expect(values.filter((value) => !text.includes(value))).toEqual([]);
      }

      const bystander = anEmail("staying");
      await stranger.register({ email: bystander, password: PASSWORD });
      expect((await browser.deleteUser({ current_password: PASSWORD })).code).toBe("user_deleted");
      expect((await browser.profile()).code).toBe("session_missing");
      expect((await stranger.profile()).code).toBe("session_missing");
      expect((await stranger.logIn({ email, password: PASSWORD })).code).toBe(
        "credentials_invalid",
      );
      const farewell = () =>
        deployment.mailsTo(email).filter((mail) => mail.includes("was deleted"));
      await expect.poll(() => farewell().length, PATIENCE).toBe(1);

      // An address, sealed payloads, and where somebody logged in.
      const personal = ['"sealed": "', '"device":', '"network":'];
      let kept: string[] = [];
      const traces = async () => {
        kept = await deployment.everythingKept();
        return kept.filter(
          (row) =>
            spellings(email, wanted).some((one) => row.includes(one)) ||
            (row.includes(userId) && personal.some((trace) => row.includes(trace))) ||
            // Events without a user: their payload may be about the address, and must be gone
            // afterwards.
            (/"userId": null/.test(row) && row.includes('"sealed": "')),
        );
      };
      // Sooner than the hourly clean-up, which would find leftovers too.
      await expect.poll(traces, { timeout: 15_000, interval: 100 }).toEqual([]);
      const ofUser = kept.filter((row) => row.includes(userId));
      const mayStay = /^(postern\.(events|session_revocations)|postern_queues\.|postern:token)/;
      expect(ofUser.filter((row) => !mayStay.test(row))).toEqual([]);
      const tombstones = ofUser.filter(
        (row) => row.startsWith("postern.events") && row.includes("user.deleted"),
      );
      expect(tombstones).toHaveLength(1);
      // The scan does find what is stored.
      expect(kept.filter((row) => row.includes(bystander))).not.toEqual([]);
    });
  });
});

/** The forms in which an address could be stored without looking like itself. */
const spellings = (...emails: string[]): string[] =>
  emails.flatMap((email) => {
    const bytes = Buffer.from(email);
    return [
      email,
      email.toUpperCase(),
      encodeURIComponent(email),
      bytes.toString("hex"),
      bytes.toString("base64").replace(/=+$/, ""),
    ];
  });
