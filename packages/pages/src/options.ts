import type { Policy } from "@postern/domain";
import type { Language } from "./languages.ts";
import type { Texts } from "./texts/en.ts";

/** How the pages look, and what they are called. */
export interface Brand {
  /** Default: "Postern". */
  readonly name?: string | undefined;
  /** Of buttons and marks: `#rrggbb`. The text on it is black or white, whichever reads better. */
  readonly color?: string | undefined;
  readonly logo?: { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> } | undefined;
}

export interface PagesOptions {
  /** The service. The pages call nothing else, so they cannot tell more than it does. */
  readonly api: (request: Request, bindings: unknown) => Response | Promise<Response>;
  readonly policy: Policy;
  /** Whether the service takes this request at all. Default: every one. */
  readonly isAdmitted?: ((request: Request, bindings: unknown) => boolean) | undefined;
  /** Learns of errors that nobody expects, with the id of their request. */
  readonly onFault?: ((error: unknown, requestId: string) => void) | undefined;
  /** Where people reach the service: `https://www.example.com/auth`. */
  readonly publicUrl?: string | undefined;
  readonly brand?: Brand;
  /** Texts that replace ours. */
  readonly texts?: Readonly<Partial<Record<Language, Partial<Texts>>>>;
  /** Origins to which `return_to` may lead, beside our own paths. */
  readonly returnOrigins?: readonly string[];
  /** What the first page tells developers and operators. */
  readonly about?: { readonly mode: string; readonly hasMail: boolean } | undefined;
}
