import { parseEmail } from "@postern/domain";
import { createTransport } from "nodemailer";
import type { Mailer } from "./mailer.ts";

export interface SmtpOptions {
  /** `smtp://`, or `smtps://` with TLS from the first byte; with `user:password@` if necessary. */
  readonly url: string;
  readonly from: MailAddress;
  /** How many messages are sent at once. */
  readonly atOnce: number;
}

export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

const TIME_LIMITS = {
  dnsTimeout: 5_000,
  connectionTimeout: 5_000,
  greetingTimeout: 5_000,
  // Servers inspect a mail before they accept it. A client that disconnects meanwhile sends the
  // mail twice (RFC 5321 section 4.5.3.2.6 would wait for ten minutes).
  socketTimeout: 120_000,
};

/** Parses `Name <address>` or an address. `undefined`: it is neither, or not exactly one. */
export function readMailAddress(text: string): MailAddress | undefined {
  const [, name, inBrackets] = /^([^<>"\r\n]*)<([^<>]+)>$/.exec(text) ?? [];
  const email = parseEmail(inBrackets ?? text);
  return email && { name: name?.trim() ?? "", address: email.address };
}

interface SmtpError {
  readonly code: string;
  readonly command: string;
  readonly responseCode: number;
}

/** Servers repeat the recipient in their answers, and errors are logged and stored with jobs. */
function withoutAddress(error: unknown): Error {
  const { code, command, responseCode } = error as Partial<SmtpError>;
  const known = [code, command, responseCode].filter((part) => part !== undefined);
  return new Error(`the mail server refused the mail (${known.join(" ") || "no reason"})`);
}

/** Sends over SMTP (RFC 5321), on connections that it keeps open. `close` closes them. */
export function smtpMailer({ url, from, atOnce }: SmtpOptions): Mailer & { close(): void } {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === "smtps:";
  const auth = username
    ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
    : undefined;
  const transport = createTransport({
    pool: true,
    maxConnections: atOnce,
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port ? Number(port) : secure ? 465 : 587,
    secure,
    // A password is sent over TLS only. Without one, TLS is used if the server offers it.
    requireTLS: !secure && auth !== undefined,
    ...(auth && { auth }),
    ...TIME_LIMITS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ id, to, subject, text, html }) {
      // Anything but one address must not reach a parser that could read two addresses in it.
      if (parseEmail(to)?.address !== to) throw new Error("the recipient is not one address");
      const sending = transport.sendMail({
        messageId: `<${id}@${from.address.split("@")[1]}>`,
        envelope: { from: from.address, to: [to] },
        from,
        to: { name: "", address: to },
        subject,
        text,
        html,
        headers: { "Auto-Submitted": "auto-generated" }, // RFC 3834: no automatic replies
      });
      await sending.catch((error: unknown) => {
        throw withoutAddress(error);
      });
    },
    close: () => transport.close(),
  };
}
