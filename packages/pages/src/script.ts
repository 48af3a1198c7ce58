/**
 * The one script. Every page works without it: it shows passwords, and takes the token of a mail's
 * link out of the address bar.
 */
export const SCRIPT = `for (const input of document.querySelectorAll("input[data-shows]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = input.dataset.shows;
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    const isShown = input.type === "text";
    input.type = isShown ? "password" : "text";
    button.textContent = isShown ? input.dataset.shows : input.dataset.hides;
  });
  input.after(button); // the field stays where it is, so that it keeps the focus
  input.form?.addEventListener("submit", () => { input.type = "password"; });
}

const link = document.querySelector("form[data-link]");
if (link && location.hash.includes("token=")) {
  link.elements.link.value = location.hash;
  history.replaceState(null, "", location.pathname + location.search);
  link.submit();
}
`;
