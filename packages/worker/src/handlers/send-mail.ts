import type { Language } from "@postern/domain";
import { type EmailContent, type EmailTemplates, toMessage } from "@postern/mail";
import type { HandlerPorts } from "../subscriber.ts";

interface Recipient {
  readonly email: string;
  readonly language?: Language | undefined;
}

/**
 * Sends a mail in the recipient's language. `id` comes from the event: a second mail with the same
 * id does not count.
 */
export async function sendMail(
  { mailer, templatesIn, brand }: HandlerPorts,
  id: string,
  { email: to, language }: Recipient,
  write: (templates: EmailTemplates, to: string) => EmailContent,
): Promise<void> {
  await mailer.send(toMessage(id, to, write(templatesIn(language), to), brand));
}
