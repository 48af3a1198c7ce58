import type { EmailContent } from "./email-content.ts";
import type { EmailTemplates } from "./email-templates.ts";
import type { Links } from "./messages.ts";

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
