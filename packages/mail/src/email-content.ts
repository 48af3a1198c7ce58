import { directionOf } from "@postern/domain";

/** The content of a mail, before it is laid out as text and HTML. */
export interface EmailContent {
  /** BCP 47. */
  readonly language: string;
  readonly subject: string;
  readonly greeting: readonly string[];
  /** The link to follow, if there is one. Without a URL it is left out: links cannot be made. */
  readonly action?: { readonly label: string; readonly url: string | undefined };
  /** A value to copy, with its label. */
  readonly code?: { readonly label: string; readonly value: string } | undefined;
  readonly closing: readonly string[];
}

/** How a mail shows who sent it. */
export interface MailBrand {
  readonly name?: string | undefined;
}

export function toText(
  { greeting, action, code, closing }: EmailContent,
  { name }: MailBrand = {},
): string {
  const parts = [...greeting];
  if (action?.url) parts.push(`${action.label}:\n${action.url}`);
  if (code) parts.push(`${code.label}: ${code.value}`);
  const signature = name === undefined ? [] : [name];
  return `${[...parts, ...closing, ...signature].join("\n\n")}\n`;
}

const PAGE = "margin:0;padding:24px;background:#f4f4f2;color:#1c1c1a";
const SHEET =
  "max-width:34em;margin:0 auto;padding:32px;background:#fff;border-radius:8px;" +
  "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif";
const BUTTON =
  "display:inline-block;padding:10px 18px;border-radius:6px;background:#1c1c1a;color:#fff;" +
  "text-decoration:none";
const NAME = "margin:2em 0 0;color:#5d5d58;font-weight:600";
const CODE = "font:14px/1.4 ui-monospace,Menlo,Consolas,monospace;word-break:break-all";

/** Mail programs keep styles only on the elements. Nothing is loaded from elsewhere. */
export function toHtml(
  { language, subject, greeting, action, code, closing }: EmailContent,
  { name }: MailBrand = {},
): string {
  const paragraphs = (texts: readonly string[]) =>
    texts.map((text) => `<p>${escapeHtml(text)}</p>`).join("\n");
  const link = action?.url
    ? `<p><a style="${BUTTON}" href="${escapeHtml(action.url)}">${escapeHtml(action.label)}</a></p>`
    : "";
  const copy = code
    ? `<p>${escapeHtml(code.label)}:<br><span style="${CODE}">${escapeHtml(code.value)}</span></p>`
    : "";
  const signature = name === undefined ? "" : `<p style="${NAME}">${escapeHtml(name)}</p>`;
  return `<!doctype html>
<html lang="${escapeHtml(language)}" dir="${directionOf(language)}">
<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="${PAGE}"><div style="${SHEET}">
${[paragraphs(greeting), link, copy, paragraphs(closing), signature]
  .filter((part) => part !== "")
  .join("\n")}
</div></body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? "");
