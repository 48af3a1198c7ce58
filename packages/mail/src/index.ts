export { en, type EmailTemplates } from "./templates/en.ts";
export { type RecordedMessage, recordingMailer, type Mailer } from "./mailer.ts";
export { type Links, linksTo, type Message, toMessage } from "./messages.ts";
export { type MailAddress, parseMailAddress, smtpMailer, type SmtpOptions } from "./smtp-mailer.ts";
