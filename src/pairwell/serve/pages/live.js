// Keeps a list of a page up to date: asks for the page again, as long as somebody can see it and wants that.
(() => {
  const list = () => document.querySelector("[data-live]");
  const wanted = document.querySelector("#live");
  const busy = () => list().contains(document.activeElement) || !getSelection().isCollapsed;

  function refresh() {
    if (wanted.checked && !document.hidden && !busy()) htmx.trigger(list(), "refresh");
  }

  wanted.closest("label").hidden = false;
  wanted.addEventListener("change", refresh);
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, Number(list().dataset.live) * 1000);
})();
