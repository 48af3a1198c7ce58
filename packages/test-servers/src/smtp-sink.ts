import { readFileSync } from "node:fs";
import { callbackify } from "node:util";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";
import type { Certificates } from "./certificates.ts";

export interface ReceivedMail {
  /** The recipients of the envelope, not of the message. */
  readonly from: string;
  readonly recipients: readonly string[];
  readonly message: Email;
}

/** What happens to a mail: accepted, refused, left waiting, or accepted and the answer lost. */
export type MailVerdict = "accept" | "refuse" | "hang" | "accept and cut";

export interface SmtpSink {
  readonly url: string;
  /** Every accepted mail. */
  readonly received: readonly ReceivedMail[];
  close(): Promise<void>;
}

/**
 * A real SMTP server that records mails, or does what `judge` says for each. With certificates it
 * offers STARTTLS.
 */
export async function startSmtpSink(
  judge: (mail: ReceivedMail) => MailVerdict | Promise<MailVerdict> = () => "accept",
  certificates?: Pick<Certificates, "cert" | "key">,
): Promise<SmtpSink> {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    ...(certificates
      ? { cert: readFileSync(certificates.cert), key: readFileSync(certificates.key) }
      : { disabledCommands: ["STARTTLS"] }),
    closeTimeout: 100,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      const take = async () => {
        const message = await PostalMime.parse(Buffer.concat(chunks));
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailFrom.address : "";
        const mail = { from, recipients: rcptTo.map(({ address }) => address), message };
        const verdict = await judge(mail);
        if (verdict === "accept" || verdict === "accept and cut") received.push(mail);
        if (verdict === "accept and cut") breakAll(server);
        if (verdict === "refuse") {
          // Real servers name the recipient that they refuse.
          const why = `not today for <${mail.recipients[0]}>`;
          throw Object.assign(new Error(why), { responseCode: 451 });
        }
        if (verdict === "hang") await new Promise(() => undefined);
      };
      stream.on("end", () => callbackify(take)((error) => callback(error)));
    },
  });
  server.on("error", () => undefined); // of connections that clients broke
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP address");
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    received,
    async close() {
      breakAll(server);
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The library has no method that breaks its connections. */
function breakAll(server: SMTPServer): void {
  const kept = server as unknown as { connections: Set<{ _socket: { destroy(): void } }> };
  for (const { _socket } of kept.connections) _socket.destroy();
}
