// Passkeys: what went wrong is said on the page, in its language; and a button that prints.
document.addEventListener("allauth.error", (event) => {
  const place = document.getElementById("passkey-problem");
  if (!place) return;
  event.preventDefault();
  const given_up = ["NotAllowedError", "AbortError"].includes(event.detail.exception?.name);
  place.textContent = given_up ? place.dataset.left : place.dataset.unusable;
  place.hidden = false;
});
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
