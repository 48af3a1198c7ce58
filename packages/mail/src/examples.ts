import type { EmailContent, MailBrand } from "./email-content.ts";
import type { EmailTemplates } from "./email-templates.ts";
import { type Links, type Message, toMessage } from "./messages.ts";
import { templatesIn } from "./templates-in.ts";

const token = "this-is-a-test-and-opens-nothing";

/** Returns every mail with example values. The token opens nothing. */
export function exampleMails(
  templates: EmailTemplates,
  links: Links,
  to: string,
): Readonly<Record<keyof EmailTemplates, EmailContent>> {
  const url = links.verify({ token });
  return {
    reset: templates.reset({ to, token, url: links.reset({ email: to, token }), minutes: 15 }),
    verifyAddress: templates.verifyAddress({ to, token, url }),
    verifyNewAddress: templates.verifyNewAddress({ to, token, url }),
    addressChangeRequested: templates.addressChangeRequested({ to }),
    accountDeleted: templates.accountDeleted({ to }),
    passwordChanged: templates.passwordChanged({ to }),
    newDevice: templates.newDevice({ to, device: "Firefox on Linux", at: new Date() }),
    addressChanged: templates.addressChanged({ to }),
    registrationAttempted: templates.registrationAttempted({ to }),
  };
}

/** Returns the same mails as they would be sent, each with the name of its template as its id. */
export function exampleMessages(
  language: string | undefined,
  { links, brand }: { readonly links: Links; readonly brand?: MailBrand },
  to = "bob@example.com",
): readonly Message[] {
  return Object.entries(exampleMails(templatesIn(language), links, to)).map(([name, content]) =>
    toMessage(name, to, content, brand),
  );
}
