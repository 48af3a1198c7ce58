import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { newWebhookSecret, signatureHeaders } from "./sign.ts";

const id = "0198c0de-0000-7000-8000-000000000001";
const body = JSON.stringify({ type: "user.created", data: { name: "é漢字" } });

describe("signatures", () => {
  it("are accepted by the reference verifier", () => {
    const secret = newWebhookSecret();
    const headers = signatureHeaders({ id, at: new Date(), body, secrets: [secret] });
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  });

  it("are accepted with the old and the new secret while it rotates", () => {
    const secrets = [newWebhookSecret(), newWebhookSecret()];
    const headers = signatureHeaders({ id, at: new Date(), body, secrets });
    for (const secret of secrets) {
      expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    }
    expect(() => new Webhook(newWebhookSecret()).verify(body, headers)).toThrow();
  });

  it("are refused for another body, id or time, and when they are old", () => {
    const secret = newWebhookSecret();
    const receiver = new Webhook(secret);
    const headers = signatureHeaders({ id, at: new Date(), body, secrets: [secret] });
    expect(() => receiver.verify(`${body} `, headers)).toThrow();
    expect(() => receiver.verify(body, { ...headers, "webhook-id": "other" })).toThrow();
    const later = String(Number(headers["webhook-timestamp"]) + 1);
    expect(() => receiver.verify(body, { ...headers, "webhook-timestamp": later })).toThrow();
    const at = new Date(Date.now() - 600_000);
    const old = signatureHeaders({ id, at, body, secrets: [secret] });
    expect(() => receiver.verify(body, old)).toThrow();
  });

  it("agree with the reference signer", () => {
    const secret = newWebhookSecret();
    const at = new Date(1_700_000_000_000);
    const headers = signatureHeaders({ id, at, body, secrets: [secret] });
    expect(headers["webhook-signature"]).toBe(new Webhook(secret).sign(id, at, body));
  });

  it("are not made with a secret that is too short or too long", () => {
    for (const bytes of [0, 23, 65]) {
      const secret = `whsec_${Buffer.alloc(bytes, 1).toString("base64")}`;
      expect(() => signatureHeaders({ id, at: new Date(), body, secrets: [secret] })).toThrow();
    }
  });
});
