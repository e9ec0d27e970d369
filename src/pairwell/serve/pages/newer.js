// Where the newer figures of a page cannot be had, goes to where it is told why; too many may ask: then the old ones stay.
(() => {
  const BUSY = 503;
  addEventListener("htmx:responseError", ({ target, detail }) => {
    if (target.id === "newer" && detail.xhr.status !== BUSY) location.assign(target.querySelector("a").href);
  });
})();
