import type { Bars } from "../section.ts";

const [WIDTH, ROW, LABEL, TOP] = [640, 30, 130, 44];

/** Draws horizontal bars as SVG, readable on light and dark backgrounds. */
export function plot({ title, unit, bars }: Bars): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const height = TOP + bars.length * ROW + 10;
  const rows = bars.map(({ label, value, isOurs }, n) => {
    const y = TOP + n * ROW;
    const width = Math.max(1, (value / most) * (WIDTH - LABEL - 90));
    return (
      `<text x="${LABEL - 8}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>` +
      `<rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="20" fill="${isOurs ? "#c2410c" : "#64748b"}"/>` +
      `<text x="${(LABEL + width + 6).toFixed(1)}" y="${y + 15}">${value.toPrecision(3)} ${escaped(unit)}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="#1c1c1a">
<title>${escaped(title)}</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="10" y="24" font-size="15" font-weight="600">${escaped(title)}</text>
${rows.join("\n")}
</svg>
`;
}

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
