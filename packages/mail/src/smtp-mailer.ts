import { parseEmail } from "@postern/domain";
import { createTransport } from "nodemailer";
import type { Mailer } from "./mailer.ts";

export interface SmtpOptions {
  /** `smtp://`, or `smtps://` with TLS from the first byte; may contain `user:password@`. */
  readonly url: string;
  readonly from: MailAddress;
  /** Maximum number of messages sent at once. */
  readonly atOnce: number;
  /** Accepts any certificate of the server, so that whoever is in between can read the mails. */
  readonly isUnverified?: boolean | undefined;
}

export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

const TIME_LIMITS = {
  dnsTimeout: 5_000,
  connectionTimeout: 5_000,
  greetingTimeout: 5_000,
  // Servers inspect a mail before they accept it. If we disconnect meanwhile, the server may still
  // deliver it, and our retry sends it again. RFC 5321 section 4.5.3.2.6 recommends ten minutes; we
  // wait two, because a server that hangs occupies a connection.
  socketTimeout: 120_000,
};

/** A display name, quoted or not, and an address in angle brackets (RFC 5322 section 3.4). */
const NAMED = /^\s*(?:"((?:[^"\\\r\n]|\\[^\r\n])*)"|([^<>"\r\n]*))\s*<([^<>]+)>\s*$/;

/**
 * Parses `Name <address>`, `"Name, Inc." <address>` or an address. Returns `undefined` if it is not
 * exactly one.
 */
export function parseMailAddress(text: string): MailAddress | undefined {
  const [, quoted, plain = "", inBrackets] = NAMED.exec(text) ?? [];
  const email = parseEmail(inBrackets ?? text);
  const name = quoted?.replace(/\\(.)/g, "$1") ?? plain;
  return email && { name: name.trim(), address: email.address };
}

interface SmtpError {
  readonly message: string;
  readonly code: string;
  readonly command: string;
  readonly responseCode: number;
}

/**
 * Returns an error without the recipient's address, which servers repeat in their replies. Errors
 * are logged, and stored with jobs. The reason why a connection was not made, its certificate for
 * example, comes from this machine.
 */
function withoutAddress(error: unknown): Error {
  const { code, command, responseCode, message = "" } = error as Partial<SmtpError>;
  const isFromServer = command !== "CONN" || responseCode !== undefined || message.includes("@");
  const reason = isFromServer ? undefined : message;
  const known = [code, command, responseCode, reason].filter((part) => part !== undefined);
  return new Error(`sending the mail failed (${known.join(" ") || "unknown cause"})`);
}

/** Sends mail over SMTP (RFC 5321) with a pool of connections. `close` closes the pool. */
export function smtpMailer({
  url,
  from,
  atOnce,
  isUnverified = false,
}: SmtpOptions): Mailer & { close(): void } {
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
    tls: { rejectUnauthorized: !isUnverified },
    ...TIME_LIMITS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ id, to, subject, text, html }) {
      // nodemailer could parse anything else as two recipients.
      if (parseEmail(to)?.address !== to)
        throw new Error("the recipient must be exactly one address");
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
