// Guesses the time zone of a new group; without it one selects by hand.
(() => {
  const zone = document.querySelector("[data-guess-zone] select[name=time_zone]");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone?.value === "UTC" && [...zone.options].some((one) => one.value === here)) zone.value = here;
})();
