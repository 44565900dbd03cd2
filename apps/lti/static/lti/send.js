// Sends what was chosen back to the platform; without it one presses the button.
document.querySelector("form[data-send]")?.submit();
