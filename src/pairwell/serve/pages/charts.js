// Draws the charts of a page over those that the server drew, and lets each be saved.
// A figure tells its numbers in `data-chart`: see `Drawing` in report/shown/charts.py.
(() => {
  const ROW = 26, LINES = 240, PRINTED = 960;
  const save = document.currentScript.dataset.save;
  const drawn = [];

  // Canvases know no variables of CSS: an element tells which colours they stand for now.
  function colours() {
    const probe = document.body.appendChild(document.createElement("span"));
    const found = {};
    for (const name of ["ink", "soft", "line", "ground", "mark"]) {
      probe.style.color = `var(--${name})`;
      found[name] = getComputedStyle(probe).color;
    }
    probe.remove();
    return found;
  }

  function height(chart) {
    return chart.kind === "bars" ? chart.names.length * ROW + 44 : LINES;
  }

  // Numbers in charts are written as those that the server wrote beside them.
  function scale(unit) {
    const style = unit === "share" ? { style: "percent" } : { notation: "compact" };
    const form = new Intl.NumberFormat(document.documentElement.lang || "en", { ...style, maximumFractionDigits: 1 });
    return (value) => form.format(value);
  }

  function told(chart, at) {
    return `${chart.names[at]}: ${chart.shown[at]}`;
  }

  function series(chart, { soft, mark }) {
    if (chart.kind === "bars") {
      const label = { show: true, position: "right", color: soft, formatter: (one) => chart.shown[one.dataIndex] };
      return [{ type: "bar", data: chart.values, label, itemStyle: { color: mark }, barMaxWidth: 16 }];
    }
    const line = (data, style) => ({ type: "line", data, color: mark, symbolSize: 6, lineStyle: style });
    const ends = [chart.low, chart.high].filter((values) => values);
    const thin = { width: 1, type: "dashed", color: soft };
    return [
      { ...line(chart.values, { width: 2, color: mark }), showSymbol: chart.values.length < 3 },
      ...ends.map((values) => ({ ...line(values, thin), showSymbol: false, silent: true })),
    ];
  }

  function option(chart, colour, top = 12) {
    const bars = chart.kind === "bars", { ink, soft, line, ground } = colour;
    const names = {
      type: "category", data: chart.names, inverse: bars, boundaryGap: bars, axisTick: { show: false },
      axisLine: { lineStyle: { color: line } },
      axisLabel: {
        color: soft, hideOverlap: true, padding: [0, 8],
        ...(bars ? { width: matchMedia("(min-width: 700px)").matches ? 240 : 140, overflow: "truncate" } : { alignMinLabel: "left", alignMaxLabel: "right" }),
      },
    };
    const values = {
      type: "value", splitNumber: 4, splitLine: { lineStyle: { color: line } },
      axisLabel: { color: soft, formatter: scale(chart.unit), hideOverlap: true },
    };
    return {
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      textStyle: { fontFamily: "system-ui, sans-serif" },
      grid: { top, bottom: 8, left: bars ? 12 : 4, right: bars ? 70 : 16, containLabel: true },
      [bars ? "yAxis" : "xAxis"]: names,
      [bars ? "xAxis" : "yAxis"]: values,
      series: series(chart, colour),
      // Text that is drawn, not HTML: names are the shop's.
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true, backgroundColor: ground, borderColor: line,
        textStyle: { color: ink }, axisPointer: { type: bars ? "shadow" : "line" },
        formatter: ([one]) => told(chart, one.dataIndex),
      },
    };
  }

  async function picture(chart, kind) {
    const colour = colours(), size = { width: PRINTED, height: height(chart) + 40 };
    const plot = echarts.init(document.createElement("div"), null, { renderer: kind === "svg" ? "svg" : "canvas", ...size });
    const title = { text: chart.title, textStyle: { color: colour.ink, fontSize: 16 } };
    plot.setOption({ ...option(chart, colour, 44), title, animation: false, backgroundColor: colour.ground });
    const made = kind === "svg"
      ? new Blob([plot.renderToSVGString()], { type: "image/svg+xml" })
      : await new Promise((done) => plot.renderToCanvas({ pixelRatio: 2 }).toBlob(done));
    plot.dispose();
    return made;
  }

  // A name that a spreadsheet would take for a formula begins with an apostrophe, as in the server's own files.
  function cell(value) {
    let text = String(value ?? "");
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(text) && isNaN(text)) text = `'${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  function csv(chart) {
    const ends = chart.low ? ["low", "high"] : [];
    const rows = chart.names.map((name, at) => [name, chart.values[at], ...ends.map((end) => chart[end][at])]);
    const text = [[chart.of, chart.title, ...ends], ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
    return new Blob([text + "\r\n"], { type: "text/csv" });
  }

  async function keep(chart, kind) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(kind === "csv" ? csv(chart) : await picture(chart, kind));
    link.download = `${chart.name}.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  function buttons(chart) {
    const row = document.createElement("p");
    row.className = "keep";
    for (const kind of ["png", "svg", "csv"]) {
      const one = row.appendChild(document.createElement("button"));
      one.type = "button";
      one.className = "quiet";
      one.textContent = kind.toUpperCase();
      one.setAttribute("aria-label", save.replace("{name}", chart.title).replace("{kind}", kind.toUpperCase()));
      one.addEventListener("click", () => keep(chart, kind));
    }
    return row;
  }

  // Arrows walk from point to point; what stands there is shown, and told to who listens.
  function walk(surface, plot, chart, status) {
    let at = -1;
    surface.addEventListener("keydown", (event) => {
      const last = chart.names.length - 1, next = at + 1, before = at - 1;
      const to = { ArrowRight: next, ArrowDown: next, ArrowLeft: before, ArrowUp: before, Home: 0, End: last }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      at = Math.max(0, Math.min(last, to));
      plot.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: at });
      status.textContent = told(chart, at);
    });
    surface.addEventListener("blur", () => plot.dispatchAction({ type: "hideTip" }));
  }

  function draw(figure) {
    const chart = JSON.parse(figure.dataset.chart), surface = document.createElement("div");
    const still = figure.querySelector("svg"), status = document.createElement("span");
    surface.className = "drawn";
    surface.tabIndex = 0;
    surface.setAttribute("role", "img");
    surface.setAttribute("aria-label", still.getAttribute("aria-label"));
    surface.style.height = `${height(chart)}px`;
    status.className = "unseen";
    status.setAttribute("role", "status");
    figure.append(surface, buttons(chart), status);
    const plot = echarts.init(surface, null, { devicePixelRatio: Math.max(2, devicePixelRatio) });
    const paint = () => plot.setOption(option(chart, colours()));
    paint();
    still.classList.add("still");
    walk(surface, plot, chart, status);
    new ResizeObserver(() => plot.resize()).observe(surface);
    drawn.push(paint);
  }

  const drawAll = (part) => part.querySelectorAll("figure[data-chart]").forEach(draw);
  drawAll(document);
  document.addEventListener("htmx:load", ({ target }) => target === document.body || drawAll(target));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach((paint) => paint()));
})();
