import { rmSync } from "node:fs";
import { domainToASCII } from "node:url";
import { parseEmail } from "@postern/domain";
import { ADDRESSES, NO_ADDRESSES } from "@postern/domain/contract";
import { createCertificates, type MailVerdict, startSmtpSink } from "@postern/test-servers";
import { describe, expect, it } from "vitest";
import { en } from "./templates/en.ts";
import { toMessage } from "./messages.ts";
import { parseMailAddress, smtpMailer } from "./smtp-mailer.ts";

const id = "0198c0de-0000-7000-8000-000000000001";
const from = { name: "Pöstern, Inc.", address: "no-reply@id.example.com" };
const mailTo = (to: string) =>
  toMessage(id, to, en.reset({ to, token: "t".repeat(43), url: "https://x/#é", minutes: 2 }));

async function opened(verdicts: MailVerdict[] = []) {
  const sink = await startSmtpSink(() => verdicts.shift() ?? "accept");
  const mailer = smtpMailer({ url: sink.url, from, atOnce: 1 });
  const close = async () => {
    mailer.close();
    await sink.close();
  };
  return { sink, mailer, close };
}

/** The test server writes domains as people read them, and a domain has no case. */
function asStored(address: string): string {
  const [local, domain = "", ...more] = address.split("@");
  return [local, domainToASCII(domain), ...more].join("@");
}

describe("mail over SMTP", () => {
  it("arrives whole, as text and HTML, at the one recipient in the envelope", async () => {
    const { sink, mailer, close } = await opened();
    const given = mailTo("bob+tag@example.com");
    await mailer.send(given);
    const [mail] = sink.received;
    expect(mail).toMatchObject({ from: from.address, recipients: ["bob+tag@example.com"] });
    expect(mail?.message).toMatchObject({
      messageId: `<${id}@id.example.com>`,
      subject: given.subject,
      from: from,
      to: [{ address: "bob+tag@example.com" }],
    });
    expect(mail?.message.text?.trim()).toBe(given.text.trim());
    expect(mail?.message.html?.trim()).toBe(given.html.trim());
    const headers = new Map(mail?.message.headers.map(({ key, value }) => [key, value]));
    expect(headers.get("auto-submitted")).toBe("auto-generated");
    await close();
  });

  it.each([
    "bob@example.com, eve@example.com",
    "bob@example.com\r\nBcc: eve@example.com",
    "Bob <bob@example.com>",
    '"bob@example.com, eve"@example.com',
    "bob@example.com>\r\nRCPT TO:<eve@example.com",
    "friends: bob@example.com, eve@example.com;",
    "",
  ])("goes nowhere when the recipient is %j", async (to) => {
    const { sink, mailer, close } = await opened();
    await expect(mailer.send({ ...mailTo("bob@example.com"), to })).rejects.toThrow();
    expect(sink.received).toEqual([]);
    await close();
  });

  it("reaches the stored address alone, for every address of the table", async () => {
    const { sink, mailer, close } = await opened();
    for (const [given] of ADDRESSES) {
      const stored = parseEmail(given)?.address ?? "";
      await mailer.send(mailTo(stored));
      const { recipients, message } = sink.received.at(-1) ?? {};
      const named = message?.to?.map(({ address = "" }) => address) ?? [];
      expect([recipients?.map(asStored), named.map(asStored)]).toEqual([
        [asStored(stored)],
        [asStored(stored)],
      ]);
      expect([message?.cc, message?.bcc]).toEqual([undefined, undefined]);
    }
    expect(sink.received).toHaveLength(ADDRESSES.length);
    await close();
  });

  // They are refused long before. If one was ever stored, it must not name somebody else.
  it("reaches nobody else if a text that is not an address was stored", async () => {
    const { sink, mailer, close } = await opened();
    for (const [what, stored] of NO_ADDRESSES) {
      const count = sink.received.length;
      await mailer.send({ ...mailTo("bob@example.com"), to: stored }).catch(() => undefined);
      const others = sink.received
        .slice(count)
        .flatMap(({ recipients }) => recipients)
        .filter((recipient) => recipient !== stored);
      expect({ what, others }).toEqual({ what, others: [] });
    }
    await close();
  });

  it("fails when the server refuses it, and has the same Message-ID when it is sent again", async () => {
    const { sink, mailer, close } = await opened(["refuse", "accept and cut", "accept"]);
    const given = mailTo("bob@example.com");
    const refused = await mailer.send(given).catch((error: unknown) => error);
    expect(String(refused)).toMatch(/sending the mail failed .*451/);
    expect(JSON.stringify([refused, String((refused as Error).stack)])).not.toContain("bob@");
    await expect(mailer.send(given)).rejects.toThrow(); // accepted, but the answer is lost
    await mailer.send(given);
    expect(sink.received).toHaveLength(2);
    const [first, second] = sink.received.map(({ message }) => message);
    expect(first?.messageId).toBe(second?.messageId);
    expect(first?.text).toBe(second?.text);
    await close();
  });

  it("fails if there is no server", async () => {
    const mailer = smtpMailer({ url: "smtp://127.0.0.1:1", from, atOnce: 1 });
    await expect(mailer.send(mailTo("bob@example.com"))).rejects.toThrow();
    mailer.close();
  });

  it("sends its password over no unencrypted connection", async () => {
    const { sink, close } = await opened();
    const url = sink.url.replace("smtp://", "smtp://user:pass@");
    const mailer = smtpMailer({ url, from, atOnce: 1 });
    await expect(mailer.send(mailTo("bob@example.com"))).rejects.toThrow(/ETLS|STARTTLS/);
    expect(sink.received).toEqual([]);
    mailer.close();
    await close();
  });
});

describe("mail over SMTP with STARTTLS", () => {
  it("is sent to an unknown certificate only if the operator says so, or knows its CA", async () => {
    const certificates = createCertificates(["DNS:localhost"]);
    const sink = await startSmtpSink(undefined, certificates);
    const url = sink.url.replace("127.0.0.1", "localhost");
    const options = { url, from, atOnce: 1 };
    const strict = smtpMailer(options);
    await expect(strict.send(mailTo("bob@example.com"))).rejects.toThrow(/sending the mail failed/);
    expect(sink.received).toEqual([]);
    const trusting = smtpMailer({ ...options, isUnverified: true });
    await trusting.send(mailTo("bob@example.com"));
    expect(sink.received).toHaveLength(1);
    strict.close();
    trusting.close();
    await sink.close();
    rmSync(certificates.folder, { recursive: true });
  });
});

describe("a sender's address", () => {
  it.each([
    ["no-reply@example.com", { name: "", address: "no-reply@example.com" }],
    ["Postern <no-reply@example.com>", { name: "Postern", address: "no-reply@example.com" }],
    ['"Acme, Inc." <a@example.com>', { name: "Acme, Inc.", address: "a@example.com" }],
    ['"A \\"B\\" \\\\ C" <a@example.com>', { name: 'A "B" \\ C', address: "a@example.com" }],
    [' "Acme" <a@example.com> ', { name: "Acme", address: "a@example.com" }],
    ['"Acme" Inc <a@example.com>', undefined],
    ['"Acme <a@example.com>', undefined],
    ['"A\r\nBcc: b@example.com" <a@example.com>', undefined],
    ["Postern", undefined],
    ["a@example.com, b@example.com", undefined],
    ["A <a@example.com>, B <b@example.com>", undefined],
    ["", undefined],
  ])("%j is read as %j", (text, address) => {
    expect(parseMailAddress(text)).toEqual(address);
  });
});
