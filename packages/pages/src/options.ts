import type { Policy } from "@postern/domain";
import type { PageLanguage } from "./languages.ts";
import type { Texts } from "./texts/en.ts";

/** How the pages look, and what they are called. */
export interface Brand {
  /** Default: "Postern". */
  readonly name?: string | undefined;
  /** Of buttons and marks: `#rrggbb`. The text on it is black or white, whichever reads better. */
  readonly color?: string | undefined;
  readonly logo?: { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> } | undefined;
}

/** Mails that were recorded instead of sent, and every mail with example values. */
export interface Mailbox {
  list(): readonly ShownMail[];
  previews(language: string): readonly ShownMail[];
}

export interface ShownMail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly recordedAt?: Date;
}

/** One answer to a browser. The calls that the page made have the same `requestId` in the log. */
export interface PageRecord {
  readonly requestId: string;
  readonly method: string;
  /** The path of the page: one of a fixed list. */
  readonly page: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface PagesOptions {
  /** The service. The pages call nothing else, so they cannot tell more than it does. */
  readonly api: (request: Request, bindings: unknown) => Response | Promise<Response>;
  readonly policy: Policy;
  /** Whether the service takes this request at all. Default: every one. */
  readonly isAdmitted?: ((request: Request, bindings: unknown) => boolean) | undefined;
  /**
   * Called after each page that was asked for, except for one that was refused because the service
   * is busy or limits the caller: of those there are many in a storm, and the service counts them.
   */
  readonly onPage?: ((record: PageRecord) => void) | undefined;
  /** Learns of errors that nobody expects, with the id of their request. */
  readonly onFault?: ((error: unknown, requestId: string) => void) | undefined;
  /** Where people reach the service: `https://www.example.com/auth`. */
  readonly publicUrl?: string | undefined;
  readonly brand?: Brand;
  /** Texts that replace ours. */
  readonly texts?: Readonly<Partial<Record<PageLanguage, Partial<Texts>>>>;
  /** Origins to which `return_to` may lead, beside our own paths. */
  readonly returnOrigins?: readonly string[];
  /** Mails that were recorded instead of sent, at `/mail`. Default: there is no such page. */
  readonly mailbox?: Mailbox | undefined;
  /** Whether a request comes from this machine. Mails are shown to no other. Default: none does. */
  readonly isLocalCaller?: ((request: Request, bindings: unknown) => boolean) | undefined;
  /** What the first page tells developers and operators. */
  readonly about?: { readonly mode: string } | undefined;
}
