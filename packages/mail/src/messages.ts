import { type Letter, toHtml, toText } from "./letter.ts";

/** A mail to one person. */
export interface Message {
  /** The event's. A second delivery has the same one, so that a repeat can be told. */
  readonly id: string;
  /** One address, as it is stored with the user; never parsed into several. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export const toMessage = (id: string, to: string, letter: Letter): Message => ({
  id,
  to,
  subject: letter.subject,
  text: toText(letter),
  html: toHtml(letter),
});

/** Links into the service. What they carry is behind the `#`, which browsers send to nobody. */
export interface Links {
  reset(fields: { readonly email: string; readonly token: string }): string | undefined;
  verify(fields: { readonly token: string }): string | undefined;
}

/** Links to where people reach the service; none, where that is not configured. */
export function linksTo(publicUrl: string | undefined): Links {
  const link = (path: string, fields: Readonly<Record<string, string>>) => {
    const pairs = Object.entries(fields).map(
      ([name, value]) => `${name}=${encodeURIComponent(value)}`,
    );
    return publicUrl && `${publicUrl.replace(/\/+$/, "")}${path}#${pairs.join("&")}`;
  };
  return {
    reset: (fields) => link("/reset_password", { ...fields }),
    verify: (fields) => link("/email_verification", { ...fields }),
  };
}
