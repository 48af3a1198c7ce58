import { type EmailContent, type MailBrand, toHtml, toText } from "./email-content.ts";

/** A mail to one person. */
export interface Message {
  /** The id of the event. A second delivery has the same id, so that receivers can recognise it. */
  readonly id: string;
  /** One address, as stored with the user. It is never parsed into several. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export const toMessage = (
  id: string,
  to: string,
  content: EmailContent,
  brand: MailBrand = {},
): Message => ({
  id,
  to,
  subject: content.subject,
  text: toText(content, brand),
  html: toHtml(content, brand),
});

/** Links into the service. The token is after the `#`, which browsers do not send to servers. */
export interface Links {
  reset(fields: { readonly email: string; readonly token: string }): string | undefined;
  verify(fields: { readonly token: string }): string | undefined;
}

/** Creates links to the public URL, or none if it is not configured. */
export function linksTo(publicUrl: string | undefined | (() => string | undefined)): Links {
  const link = (path: string, fields: Readonly<Record<string, string>>) => {
    const pairs = Object.entries(fields).map(
      ([name, value]) => `${name}=${encodeURIComponent(value)}`,
    );
    const base = typeof publicUrl === "function" ? publicUrl() : publicUrl;
    return base && `${base.replace(/\/+$/, "")}${path}#${pairs.join("&")}`;
  };
  return {
    reset: (fields) => link("/reset_password", { ...fields }),
    verify: (fields) => link("/email_verification", { ...fields }),
  };
}
