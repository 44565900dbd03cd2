// Puts YouTube's player in place of its card, once the reader asks for it. It goes on where they stopped, which this
// browser alone remembers. Without this script the card is a link.
(() => {
  const SITE = "https://www.youtube-nocookie.com";
  const FEW_S = 10; // at its beginning and at its end nobody comes back to a video
  const [AGAIN_MS, TRIES] = [250, 60];
  const ENDED = 0;

  const remembered = (name) => {
    try {
      return Number(localStorage.getItem(name)) || 0;
    } catch {
      return 0; // a browser that keeps nothing
    }
  };

  const remember = (name, seconds) => {
    try {
      if (seconds) localStorage.setItem(name, seconds);
      else localStorage.removeItem(name);
    } catch {
      // The video begins at its beginning then.
    }
  };

  const clock = (seconds) => {
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const [first, ...rest] = parts[0] ? parts : parts.slice(1);
    return [first, ...rest.map((part) => String(part).padStart(2, "0"))].join(":");
  };

  // YouTube tells whoever says that they listen how far its video is.
  const follow = (frame, name) => {
    let [duration, before, tries] = [Infinity, remembered(name), 0];
    const asking = setInterval(() => {
      if (++tries === TRIES || !frame.contentWindow) clearInterval(asking);
      else frame.contentWindow.postMessage(JSON.stringify({ event: "listening", id: name, channel: "widget" }), SITE);
    }, AGAIN_MS);
    addEventListener("message", (event) => {
      if (event.origin !== SITE || event.source !== frame.contentWindow) return;
      clearInterval(asking);
      let info;
      try {
        ({ info } = JSON.parse(event.data));
      } catch {
        return;
      }
      if (info?.duration > 0) ({ duration } = info);
      const at = Math.floor(info?.currentTime);
      const ended = info?.playerState === ENDED || at > duration - FEW_S;
      const now = ended ? 0 : at >= FEW_S ? at : before;
      if (now !== before) remember(name, now);
      before = now;
    });
  };

  document.querySelectorAll("[data-youtube]").forEach((card) => {
    const link = card.querySelector(".player-link");
    const name = `video:${card.dataset.youtube}`;
    const start = remembered(name);
    if (start) {
      card.querySelector("[data-play]").textContent = card.dataset.resume.replace("{time}", clock(start));
      const there = new URL(link.href);
      there.searchParams.set("t", `${start}s`);
      link.href = there;
    }
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      event.preventDefault();
      const asked = new URLSearchParams({ autoplay: 1, rel: 0, enablejsapi: 1, origin: location.origin });
      if (start) asked.set("start", start);
      const frame = document.createElement("iframe");
      frame.src = `${SITE}/embed/${card.dataset.youtube}?${asked}`;
      frame.title = card.dataset.title;
      frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
      // YouTube refuses to play where it isn't told which site embeds it.
      frame.referrerPolicy = "strict-origin-when-cross-origin";
      frame.addEventListener("load", () => follow(frame, name), { once: true });
      link.replaceWith(frame);
      frame.focus();
    });
  });
})();
