import { type AnySchema } from "ajv";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

type Described = Readonly<
  Record<string, { readonly responses: Readonly<Record<string, DescribedResponse>> } | undefined>
>;

interface DescribedResponse {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, unknown>>;
}

/** Statuses of every path, which no operation describes: unknown path, unknown method. */
const EVERYWHERE: Readonly<Record<string, readonly string[]>> = { 404: [], 405: ["allow"] };
/** Also those that the server gives before any operation is asked. */
const ALSO_EVERYWHERE = new Set([403, 417, 421]);
/** RFC 9110. */
const HEADERS: Readonly<Record<number, string>> = {
  302: "location",
  401: "www-authenticate",
  405: "allow",
  503: "retry-after",
};

/**
 * Creates a function that checks responses against the OpenAPI document: status, content type,
 * body, and the headers that the status needs. It throws if a response differs from its
 * description.
 */
export function openApiValidator(document: string) {
  const description = JSON.parse(document) as AnySchema & { paths: Record<string, Described> };
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(description, "openapi");
  const patterns = Object.keys(description.paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`),
  }));
  const validators = new Map<string, ValidateFunction>();

  function validatorOf(...pointer: string[]): ValidateFunction {
    const escaped = pointer.map((part) =>
      encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")),
    );
    const ref = `openapi#/${escaped.join("/")}`;
    const validator = validators.get(ref) ?? ajv.compile({ $ref: ref });
    validators.set(ref, validator);
    return validator;
  }

  return function check(method: string, url: string, answer: Answered): void {
    const { status, headers, text } = answer;
    const { pathname: given } = new URL(url, "http://localhost");
    // The service finds a route with a slash behind its path too, but not to delete something.
    const pathname = method === "DELETE" ? given : given.replace(/(.)\/$/, "$1");
    const fail = (why: string): never => {
      throw new Error(
        `${method} ${pathname} differs from its description: ${status} ${why}: ${text}`,
      );
    };
    const needed = HEADERS[status];
    if (needed !== undefined && !headers.get(needed)) fail(`without ${needed}`);
    if (method === "OPTIONS" && status === 204) return;
    const isHead = method === "HEAD";
    const matching = patterns.filter(({ pattern }) => pattern.test(pathname));
    // A fixed path comes before one with a parameter.
    const path = (matching.find((one) => one.path === pathname) ?? matching[0])?.path ?? "";
    const verb = (isHead ? "GET" : method).toLowerCase();
    const response = description.paths[path]?.[verb]?.responses[status];
    const type = headers.get("content-type")?.split(";")[0] ?? "";
    // A page or a download for people, where the API has nothing.
    const ofPages = headers.get("content-language") ?? headers.get("content-disposition");
    if (ofPages !== null && !description.paths[path]?.[verb] && status < 500) return;
    if (!response) {
      if (!(status in EVERYWHERE) && !ALSO_EVERYWHERE.has(status)) fail("is a status of no answer");
      const { message, code } = JSON.parse(isHead ? '{"message":""}' : text) as Record<
        string,
        unknown
      >;
      if (typeof message !== "string" && typeof code !== "string") fail("says nothing");
      return;
    }
    if (headers.has("set-cookie") && !response.headers?.["Set-Cookie"]) fail("sets a cookie");
    if (isHead) return text === "" ? undefined : fail("has a body");
    if (!response.content) return text === "" ? undefined : fail("has a body");
    if (!(type in response.content)) fail(`is ${type}`);
    if (!type.endsWith("json")) return;
    const pointer = [path, verb, "responses", String(status), "content", type, "schema"];
    const validate = validatorOf("paths", ...pointer);
    void validate(JSON.parse(text)); // ajv stores its errors beside the function
    if (validate.errors) fail(ajv.errorsText(validate.errors));
  };
}
