/** The style of the reference, beside that of all pages. */
export const REFERENCE_STYLE = `.reference > :is(header, main, footer) { max-width: 76rem }
.routes { display: grid; gap: 1rem 2.5rem } .routes > div { min-width: 0 }
.routes nav ul { list-style: none; padding: 0; margin: 0 } .routes nav a { display: block; padding: .2rem 0; text-decoration: none; overflow-wrap: anywhere }
.routes nav a:is(:hover, :focus-visible) { text-decoration: underline } .routes b { font: 600 .75rem/1.5 var(--mono); color: var(--accent) }
.routes h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere } .routes article { scroll-margin-top: 1rem } .routes article:target { border-color: var(--accent) }
pre { overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; padding: .6rem .8rem; margin: .5rem 0; background: var(--paper); border: 1px solid var(--edge); border-radius: var(--radius) }
:root { --mono: ui-monospace, Menlo, Consolas, monospace } code { font: .8125rem/1.5 var(--mono) } dl { grid-template-columns: minmax(3rem, auto) minmax(0, 1fr) }
@media (min-width: 60rem) {
  .routes { grid-template-columns: 17rem minmax(0, 1fr); align-items: start }
  .routes nav { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding: .25rem .25rem 1rem }
}
iframe { width: 100%; height: 24rem; border: 0; border-radius: 4px; background: #f4f4f2 }
`;

/** Finds routes as the reader types. Without it the list is there, and the browser's own search. */
export const REFERENCE_SCRIPT = `const search = document.querySelector(".search");
if (search) letSearch();

function letSearch() {
  const input = document.querySelector("#search");
  const state = search.querySelector("[role=status]");
  search.hidden = false;
  const articles = [...document.querySelectorAll("article")].map((article) => ({
    article,
    text: article.textContent.toLowerCase(),
    link: document.querySelector('nav a[href="#' + article.id + '"]').parentElement,
  }));
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\\s+/);
    for (const { article, text, link } of articles) {
      const isFound = words.every((word) => text.includes(word));
      article.hidden = !isFound;
      link.hidden = !isFound;
    }
    for (const group of document.querySelectorAll(".routes section"))
      group.hidden = !group.querySelector("article:not([hidden])");
    for (const heading of document.querySelectorAll("nav h2"))
      heading.hidden = !heading.nextElementSibling.querySelector("li:not([hidden])");
    state.textContent = articles.some(({ article }) => !article.hidden) ? "" : state.dataset.none;
  });
}
`;
