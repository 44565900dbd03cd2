// Passkeys: what went wrong is said on the page; and a button that prints.
document.addEventListener("allauth.error", (event) => {
  const place = document.getElementById("passkey-problem");
  if (!place) return;
  event.preventDefault();
  const given_up = ["NotAllowedError", "AbortError"].includes(event.detail.exception?.name);
  place.textContent = given_up
    ? "The browser gave no passkey: it was left, or there is none for this site."
    : "That passkey couldn't be used. Try again, or another way.";
  place.hidden = false;
});
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
