import { html } from "hono/html";
import { z } from "zod";
import { endpoint, type Resource, type Resources } from "../endpoint.ts";
import type { OpenApi, OpenApiOperation } from "../openapi.ts";
import { htmlPage, json, setHeader } from "../respond.ts";
import { staticAsset } from "./form-page.ts";

const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const STYLE = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #1c1c1a }
h2 { border-bottom: 1px solid #d8d8d4; margin-top: 2em }
article { border: 1px solid #d8d8d4; border-radius: 8px; margin: 1em 0; padding: .2em 1.2em 1em }
h3 code { background: #1c1c1a; color: #fff; border-radius: 4px; padding: .1em .4em; margin-right: .4em }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .2em .8em .2em 0 }
th { font-weight: 600; white-space: nowrap } pre { background: #f4f4f2; border-radius: 6px; margin: .3em 0; padding: .5em .8em; white-space: pre-wrap }
code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 14px }
`;

/**
 * The description of every endpoint, for programs and for people. It loads nothing from elsewhere.
 */
export const docsResources = (describe: () => OpenApi): Resources => ({
  "/openapi.json": {
    GET: endpoint({
      id: "openApi",
      tag: "Service",
      summary: "This description, as OpenAPI 3.1",
      description:
        "Every operation of this service, its inputs and its answers. It differs with the policy.",
      responses: {
        description: {
          status: 200,
          description: "The document.",
          body: z.looseObject({ openapi: z.literal("3.1.0") }),
        },
      },
      handle: (c) => json(c, describe()),
    }),
  },
  "/docs": docsResource(describe),
  "/docs/page.css": staticAsset("docsStyle", "text/css", STYLE),
});

function docsResource(describe: () => OpenApi): Resource {
  let made: ReturnType<typeof page> | undefined;
  return {
    GET: endpoint({
      id: "docsPage",
      tag: "Pages",
      summary: "This description, for people",
      description: "A page with the same contents. It loads nothing from elsewhere.",
      responses: { page: { status: 200, description: "The page.", page: "text/html" } },
      handle(c) {
        setHeader(c, "content-security-policy", PAGE_POLICY);
        return htmlPage(c, (made ??= page(describe(), c.get("basePath"))));
      },
    }),
  };
}

const page = (document: OpenApi, base: string) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${document.info.title}</title>
        <link rel="stylesheet" href="${base}/docs/page.css" />
      </head>
      <body>
        <h1>${document.info.title}</h1>
        <p>
          ${document.info.description} As a document:
          <a href="${base}/openapi.json">openapi.json</a>.
        </p>
        ${document.tags.map(
          ({ name, description }) => html`
            <h2>${name}</h2>
            <p>${description}</p>
            ${operationsOf(document, name).map(shown)}
          `,
        )}
      </body>
    </html>`;

interface Placed extends OpenApiOperation {
  readonly path: string;
  readonly method: string;
}

const operationsOf = ({ paths }: OpenApi, tag: string): Placed[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .map(([method, operation]) =>
        Object.assign({ path, method: method.toUpperCase() }, operation),
      )
      .filter(({ tags }) => tags.includes(tag)),
  );

const shown = (operation: Placed) =>
  html`<article id="${operation.operationId}">
    <h3><code>${operation.method}</code> ${operation.path}</h3>
    <p>${operation.summary}.${operation.security?.length ? " Needs a session." : ""}</p>
    <table>
      ${takes(operation)}
      ${Object.entries(operation.responses).map(
        ([status, { description, content }]) =>
          html`<tr>
            <th>${status}</th>
            <td>
              ${description.split("\n").map((line) => html`${prose(line)}<br />`)}
              ${schemasOf(content).map((schema) => html`<pre>${schema}</pre>`)}
            </td>
          </tr>`,
      )}
    </table>
  </article>`;

/** Text between backticks is code. */
const prose = (text: string) =>
  text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));

const takes = ({ requestBody, parameters = [] }: OpenApiOperation) => html`
  ${parameters.map(
    ({ name, in: place, description = "" }) =>
      html`<tr>
        <th>${name}</th>
        <td>in the ${place}. ${description}</td>
      </tr>`,
  )}
  ${Object.entries(fieldsOf(requestBody)).map(
    ([name, field]) =>
      html`<tr>
        <th>${name}</th>
        <td>${field.isRequired ? "" : "optional. "}${field.description}</td>
      </tr>`,
  )}
`;

function fieldsOf(body: OpenApiOperation["requestBody"]) {
  const schema = body?.content["application/json"]?.schema;
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.fromEntries(
    Object.entries(properties).map(([name, { description = "" }]) => [
      name,
      { description, isRequired: required.includes(name) },
    ]),
  );
}

/** Returns the schemas of JSON responses in a short form. */
function schemasOf(content: OpenApiOperation["responses"][string]["content"]): string[] {
  const schema = content?.["application/json"]?.schema as
    | { anyOf?: unknown[]; $ref?: string }
    | undefined;
  if (!schema || schema.$ref) return [];
  return (schema.anyOf ?? [schema]).map((one) => brief(one));
}

interface Schema {
  readonly type?: string | string[];
  readonly const?: unknown;
  readonly format?: string;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
}

function brief(given: unknown, indent = ""): string {
  const schema = given as Schema;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.items) return `[${brief(schema.items, indent)}, …]`;
  if (!schema.properties) return [schema.format ?? schema.type ?? "anything"].flat().join(" or ");
  const deeper = `${indent}  `;
  const members = Object.entries(schema.properties).map(
    ([name, member]) => `${deeper}"${name}": ${brief(member, deeper)}`,
  );
  return `{\n${members.join(",\n")}\n${indent}}`;
}
