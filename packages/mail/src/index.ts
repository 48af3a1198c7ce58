export { keptMailer, type Mailer } from "./mailer.ts";
export { type Message, passwordChangedMessage, resetMessage } from "./messages.ts";
