import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { type Brand, isLanguage, LANGUAGES, type PagesOptions } from "@postern/pages";
import { InvalidEnvironment } from "@postern/process";
import { z } from "zod";

/** Exactly as browsers write it: no path, no default port, no `*` and no `null`. */
const isOrigin = (text: string) =>
  /^https?:\/\/[a-z0-9.:[\]-]+$/.test(text) && URL.parse(text)?.origin === text;

/** Origins, separated by commas. */
export const origins = z
  .string()
  .transform((text) => text.split(",").map((one) => one.trim()))
  .refine(
    (all) => all.every(isOrigin),
    "must be origins like https://app.example.com, separated by commas",
  );

/** The settings of the pages for people. */
export const pagesEnvironment = {
  PAGES: z.enum(["on", "off"]).default("on"),
  PAGES_TEXTS: z.string().min(1).optional(),
  BRAND_COLOR: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, "must be a colour such as #1f4f46")
    .optional(),
  BRAND_LOGO: z.string().min(1).optional(),
  RETURN_ORIGINS: origins.optional(),
};

type PagesEnvironment = z.infer<z.ZodObject<typeof pagesEnvironment>> & {
  readonly BRAND_NAME?: string | undefined;
};

/** How the pages look, before their files are read. */
export interface PagesConfig {
  readonly name: string | undefined;
  readonly color: string | undefined;
  readonly logoFile: string | undefined;
  /** A folder with a JSON file for each language: `de.json`. */
  readonly textsFolder: string | undefined;
  readonly returnOrigins: readonly string[];
}

/** Returns `undefined` if there are no pages. */
export const toPagesConfig = (env: PagesEnvironment): PagesConfig | undefined =>
  env.PAGES === "off"
    ? undefined
    : {
        name: env.BRAND_NAME,
        color: env.BRAND_COLOR,
        logoFile: env.BRAND_LOGO,
        textsFolder: env.PAGES_TEXTS,
        returnOrigins: env.RETURN_ORIGINS ?? [],
      };

const LOGO_TYPES: Readonly<Record<string, string>> = {
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webp": "image/webp",
};

/** Reads the logo and the texts. Throws `InvalidEnvironment` if a file is missing or wrong. */
export function readPagesFiles(
  config: PagesConfig,
): Required<Pick<PagesOptions, "brand" | "texts" | "returnOrigins">> {
  const { name, color, logoFile, textsFolder, returnOrigins } = config;
  const logo = logoFile === undefined ? undefined : readLogo(logoFile);
  return { brand: { name, color, logo }, texts: readTexts(textsFolder), returnOrigins };
}

function readLogo(file: string): NonNullable<Brand["logo"]> {
  const type = LOGO_TYPES[extname(file).toLowerCase()];
  if (!type) throw new InvalidEnvironment(["BRAND_LOGO: must be an SVG, PNG or WebP file"]);
  return { type, bytes: new Uint8Array(read(file, "BRAND_LOGO")) };
}

function readTexts(folder: string | undefined): NonNullable<PagesOptions["texts"]> {
  if (folder === undefined) return {};
  const files = named("PAGES_TEXTS", () => readdirSync(folder)).filter((one) =>
    one.endsWith(".json"),
  );
  return Object.fromEntries(
    files.map((file) => {
      const language = file.slice(0, -".json".length);
      if (!isLanguage(language))
        throw new InvalidEnvironment([`PAGES_TEXTS: ${file} is of no language that there is`]);
      const texts = named("PAGES_TEXTS", () =>
        JSON.parse(String(read(join(folder, file), "PAGES_TEXTS"))),
      );
      if (typeof texts !== "object" || texts === null || Array.isArray(texts))
        throw new InvalidEnvironment([`PAGES_TEXTS: ${file} is no object of texts`]);
      for (const [key, text] of Object.entries(texts))
        if (!Object.hasOwn(LANGUAGES.en, key) || typeof text !== "string")
          throw new InvalidEnvironment([
            `PAGES_TEXTS: ${file} has "${key}", which is no text of ours`,
          ]);
      return [language, texts as object];
    }),
  );
}

const read = (file: string, setting: string) => named(setting, () => readFileSync(file));

/** Says which setting names a file that cannot be read. */
function named<Value>(setting: string, act: () => Value): Value {
  try {
    return act();
  } catch (cause) {
    throw new InvalidEnvironment([`${setting}: ${cause instanceof Error ? cause.message : ""}`]);
  }
}
