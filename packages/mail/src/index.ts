export type { EmailContent, MailBrand } from "./email-content.ts";
export type { EmailTemplates } from "./email-templates.ts";
export { exampleMessages } from "./examples.ts";
export { type RecordedMessage, recordingMailer, type Mailer } from "./mailer.ts";
export { type Links, linksTo, type Message, toMessage } from "./messages.ts";
export { type MailAddress, parseMailAddress, smtpMailer, type SmtpOptions } from "./smtp-mailer.ts";
export { MAIL_LANGUAGES, templatesIn } from "./templates-in.ts";
