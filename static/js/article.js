// Beside an article: which section is being read, and buttons that share and print it. The article reads the same without.
(function () {
  "use strict";

  const links = Array.from(document.querySelectorAll(".contents a"));
  const headings = links.map(function (link) { return document.getElementById(link.hash.slice(1)); });

  // The section whose heading was the last to come into the upper third of the screen
  function mark() {
    const passed = headings.filter(function (heading) { return heading.getBoundingClientRect().top < innerHeight / 3; });
    links.forEach(function (link, place) {
      if (place === passed.length - 1) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    });
  }

  if ("IntersectionObserver" in window) {
    const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -66% 0px" });
    headings.forEach(function (heading) { observer.observe(heading); });
  }

  const share = document.querySelector("[data-share]");
  const address = document.querySelector("link[rel=canonical]").href;

  function copy() {
    if (!navigator.clipboard) {
      window.prompt(share.textContent, address);
      return;
    }
    navigator.clipboard.writeText(address).then(function () {
      document.querySelector(".tools [role=status]").textContent = share.dataset.copied;
    });
  }

  share.addEventListener("click", function () {
    if (!navigator.share) {
      copy();
      return;
    }
    navigator.share({ title: document.title, url: address }).catch(function (error) {
      if (error.name !== "AbortError") copy(); // closing the sheet is an answer too
    });
  });
  document.querySelector("[data-print]").addEventListener("click", function () { window.print(); });

  // Browsers that cannot unfold by style alone
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll(".references details").forEach(function (fold) { fold.open = true; });
  });
})();
