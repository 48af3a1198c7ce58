import type { Brand } from "./options.ts";

/** The one stylesheet. `BRAND_COLOR` becomes a custom property; a theme may replace any of them. */
export const STYLE = `:root {
  color-scheme: light dark;
  --paper: #fbfbf9; --sheet: #ffffff; --ink: #1c1c1a; --soft: #5b5b57; --line: #8a8a85; --edge: #dcdcd7;
  --accent: #1f4f46; --on-accent: #ffffff; --bad: #a3201a; --bad-paper: #fdf1f0; --good-paper: #eef5ef;
  --radius: 8px; --font: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #161615; --sheet: #1f1f1d; --ink: #f0f0ec; --soft: #b4b4ae; --line: #85857f; --edge: #3a3a37;
    --accent: #8fd1c1; --on-accent: #10211d; --bad: #ff9d94; --bad-paper: #331b19; --good-paper: #1b2c20;
  }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 var(--font) }
header, main, footer { width: 100%; max-width: 26rem; margin-inline: auto; padding-inline: 1rem }
header { padding-block: 1.5rem .5rem }
main { flex: 1 } .wide :is(header, main, footer) { max-width: 48rem }
footer { padding-block: 2rem 1.5rem; color: var(--soft); font-size: .875rem }
footer form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1rem 0 } h2 { font-size: 1.0625rem; margin: 1.5rem 0 .5rem }
p { margin: .5rem 0 } ul { padding-inline-start: 1.25rem } a { color: inherit; text-underline-offset: .2em }
.brand { display: inline-flex; gap: .5rem; align-items: center; font-weight: 600; text-decoration: none }
.skip { position: absolute; inset-inline-start: -100vw } .skip:focus { position: static }
.field { margin-block: 1rem } label { font-weight: 600 } .check { display: flex; gap: .6rem; align-items: center; margin-block: 1rem }
.check label { font-weight: 400 } .check input { width: 1.25rem; height: 1.25rem; accent-color: var(--accent) }
.hint { color: var(--soft); font-size: .875rem; margin: .1rem 0 } .error { color: var(--bad); margin: .1rem 0; font-weight: 600 }
input:not([type=checkbox]), select { display: block; width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit;
  color: inherit; background: var(--sheet); border: 1px solid var(--line); border-radius: var(--radius) }
.field input { margin-top: .3rem } select { width: auto; min-height: 2.25rem; padding-block: .25rem }
input[aria-invalid] { border-color: var(--bad); border-width: 2px } input[readonly] { background: transparent }
button { min-height: 2.75rem; padding: .5rem 1.1rem; font: inherit; font-weight: 600; cursor: pointer; color: var(--on-accent);
  background: var(--accent); border: 1px solid transparent; border-radius: var(--radius) }
button.quiet { min-height: 2.25rem; padding: .25rem .75rem; color: inherit; background: transparent; border-color: var(--line); font-weight: 400 }
button.danger { background: var(--bad); color: var(--paper) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.problem, .notice { border-radius: var(--radius); padding: .75rem 1rem; margin-block: 1rem }
.problem { background: var(--bad-paper); border: 1px solid var(--bad) } .problem h2 { margin: 0; color: var(--bad) } .problem ul { margin: .25rem 0 }
.notice { background: var(--good-paper); border: 1px solid var(--edge) }
.card { background: var(--sheet); border: 1px solid var(--edge); border-radius: var(--radius); padding: 1rem; margin-block: 1rem }
.card h2 { margin-top: 0 } .links { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; margin-block: 1rem }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: .5rem 0 } dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere } input.away.away { position: absolute; width: 1px; height: 1px; min-height: 0; overflow: hidden; clip-path: inset(50%); border: 0; padding: 0 }
.field button { margin-top: .35rem }
@media (prefers-reduced-motion: no-preference) { button { transition: filter .15s } } button:hover { filter: brightness(1.08) }
`;

const COLOR = /^#[0-9a-f]{6}$/i;

/**
 * The brand's colour, and black or white as the text on it: the one with more contrast (WCAG 2.2,
 * relative luminance), which is at least 4.5 for every colour. Throws for anything else than
 * `#rrggbb`.
 */
export function brandStyle({ color }: Brand = {}): string {
  if (color === undefined) return "";
  if (!COLOR.test(color)) throw new Error(`"${color}" is not a colour such as #1f4f46`);
  const onColor = luminanceOf(color) > 0.179 ? "#000000" : "#ffffff";
  const properties = `--accent: ${color}; --on-accent: ${onColor}`;
  return `:root { ${properties} }\n@media (prefers-color-scheme: dark) { :root { ${properties} } }\n`;
}

function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const share = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
