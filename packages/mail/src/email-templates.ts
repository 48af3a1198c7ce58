import type { EmailContent } from "./email-content.ts";

/** The mails, and what each needs. Another language is another object of this type. */
export interface EmailTemplates {
  reset(facts: To & { token: string; url: string | undefined; minutes: number }): EmailContent;
  verifyAddress(facts: To & { token: string; url: string | undefined }): EmailContent;
  verifyNewAddress(facts: To & { token: string; url: string | undefined }): EmailContent;
  addressChangeRequested(facts: To): EmailContent;
  accountDeleted(facts: To): EmailContent;
  passwordChanged(facts: To): EmailContent;
  newDevice(facts: To & { device: string; at: Date }): EmailContent;
  addressChanged(facts: To): EmailContent;
  registrationAttempted(facts: To): EmailContent;
}

interface To {
  /** The recipient's address. */
  readonly to: string;
}
