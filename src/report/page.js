"use strict";
// Draws every plot of the page from the JSON in #plot-data with Chart.js (version 3 or later).
(function () {
  const plots = JSON.parse(document.getElementById("plot-data").textContent);
  const seriesColors = 6;
  const dashes = [[], [7, 4], [2, 3]];

  function color(name) {
    return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  }

  function seriesColor(index) {
    return color("series-" + (index % seriesColors));
  }

  function withAlpha(hex, alpha) {
    return hex + Math.round(alpha * 255).toString(16).padStart(2, "0");
  }

  // Three significant digits without an exponent.
  function significant(value) {
    if (value === 0) return "0";
    const magnitude = Math.floor(Math.log10(Math.abs(value)));
    return value.toFixed(Math.min(Math.max(2 - magnitude, 0), 12));
  }

  function shortNumber(value, digits) {
    const units = ["", " k", " M", " G"];
    let unit = 0;
    while (Math.abs(value) >= 999.5 && unit + 1 < units.length) {
      value /= 1000;
      unit += 1;
    }
    return (digits ? significant(value) : String(Number(value.toPrecision(3)))) + units[unit];
  }

  function needsExponent(value) {
    return value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5);
  }

  function valueText(axis, value) {
    if (axis.style === "scientific" && needsExponent(value)) return value.toExponential(2).replace("e+", "e");
    if (axis.style === "whole") return Math.round(value).toLocaleString("en-US");
    if (axis.style === "short") return shortNumber(value, true);
    const text = axis.unit === "%" ? value.toFixed(1) : significant(value);
    return axis.unit ? text + " " + axis.unit : text;
  }

  function tickText(axis, value) {
    if (axis.style === "scientific" && needsExponent(value)) return Number(value.toPrecision(6)).toExponential().replace("e+", "e");
    if (axis.style === "short") return shortNumber(value, false);
    return axis.style === "whole" ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(6)));
  }

  // 1, 2 and 5 of every decade, or only 1 where there are many, or of every few.
  function keepRoundTicks(scale) {
    const decades = Math.log10(scale.max / scale.min);
    const every = Math.ceil(decades / 12);
    const kept = decades > 3.5 || (decades > 2 && scale.width < 420) ? [1] : [1, 2, 5];
    scale.ticks = scale.ticks.filter(function (tick) {
      const exponent = Math.floor(Math.log10(tick.value) + 1e-9);
      const mantissa = tick.value / Math.pow(10, exponent);
      return exponent % every === 0 && kept.some(function (value) { return Math.abs(mantissa - value) < 1e-6; });
    });
  }

  function scaleOptions(axis, isX) {
    const options = {
      type: axis.logarithmic ? "logarithmic" : "linear",
      title: { display: true, text: axis.label, color: color("muted") },
      grid: { color: isX ? "transparent" : color("grid"), borderColor: color("line"), drawTicks: false },
      border: { color: color("line") },
      ticks: {
        color: color("muted"),
        padding: 6,
        maxRotation: 0,
        callback: function (value) { return tickText(axis, value); }
      }
    };
    // Room above the highest value for the label of a reference line.
    if (!isX && !axis.logarithmic) options.grace = "6%";
    if (axis.low !== null) options.min = axis.low;
    if (axis.high !== null) options.max = axis.high;
    if (axis.logarithmic) {
      options.afterBuildTicks = keepRoundTicks;
      options.ticks.autoSkip = isX;
    }
    if (axis.style === "whole" && !axis.logarithmic) options.ticks.precision = 0;
    if (isX && axis.label.indexOf("epoch") === 0) options.ticks.stepSize = 1;
    return options;
  }

  function bandOf(series) {
    const points = series.points.filter(function (point) { return "low" in point && "high" in point; });
    if (points.length < 2) return [];
    const fill = withAlpha(seriesColor(series.color), 0.18);
    const edge = { showLine: true, pointRadius: 0, pointHitRadius: 0, borderWidth: 0, isBand: true };
    return [
      Object.assign({}, edge, { data: points.map(function (p) { return { x: p.x, y: p.low }; }) }),
      Object.assign({}, edge, {
        data: points.map(function (p) { return { x: p.x, y: p.high }; }), fill: "-1", backgroundColor: fill
      })
    ];
  }

  function datasetsOf(plot) {
    let datasets = [];
    plot.series.forEach(function (series) {
      const line = seriesColor(series.color);
      datasets = datasets.concat(bandOf(series));
      datasets.push({
        label: series.label,
        data: series.points,
        showLine: series.line,
        borderColor: line,
        backgroundColor: line,
        borderWidth: 2,
        clip: 8,
        borderDash: dashes[Math.floor(series.color / seriesColors) % dashes.length],
        pointRadius: !series.dots ? 0 : series.small ? 1.5 : 3,
        pointHoverRadius: 5,
        pointHitRadius: 10,
        pointStyle: !series.dots ? "line" : series.color % 2 === 1 ? "rectRot" : "circle"
      });
    });
    return datasets;
  }

  // Dashed lines across the plot with a label that keeps inside it.
  function drawReferences(chart) {
    const area = chart.chartArea;
    const context = chart.ctx;
    context.save();
    context.strokeStyle = color("reference");
    context.fillStyle = color("muted");
    context.lineWidth = 1.25;
    context.setLineDash([5, 4]);
    context.font = "12px " + Chart.defaults.font.family;
    chart.config.options.references.forEach(function (reference) {
      const scale = reference.horizontal ? chart.scales.y : chart.scales.x;
      const at = scale.getPixelForValue(reference.value);
      if (!(at >= (reference.horizontal ? area.top : area.left) - 1) ||
          at > (reference.horizontal ? area.bottom : area.right) + 1) return;
      context.beginPath();
      if (reference.horizontal) {
        context.moveTo(area.left, at);
        context.lineTo(area.right, at);
      } else {
        context.moveTo(at, area.top);
        context.lineTo(at, area.bottom);
      }
      context.stroke();
      if (reference.horizontal) {
        const above = at - area.top > 18;
        context.textBaseline = above ? "bottom" : "top";
        context.textAlign = reference.atEnd ? "right" : "left";
        context.fillText(reference.label, reference.atEnd ? area.right - 6 : area.left + 6, above ? at - 4 : at + 4);
      } else {
        // To the right, below the curve, where there is room.
        const right = area.right - at > 20;
        context.save();
        context.translate(right ? at + 5 : at - 5, area.bottom - 8);
        context.rotate(-Math.PI / 2);
        context.textAlign = "left";
        context.textBaseline = right ? "top" : "bottom";
        context.fillText(reference.label, 0, 0);
        context.restore();
      }
    });
    context.restore();
  }

  function tooltipOptions(plot) {
    return {
      filter: function (item) { return !item.dataset.isBand; },
      backgroundColor: color("ink"),
      titleColor: color("page"),
      bodyColor: color("page"),
      padding: 10,
      displayColors: false,
      callbacks: {
        title: function () { return ""; },
        label: function (item) {
          const point = item.raw;
          const lines = [item.dataset.label + ": " + valueText(plot.y, point.y)];
          if ("low" in point) lines.push(plot.spread + ": " + valueText(plot.y, point.low) + " to " + valueText(plot.y, point.high));
          lines.push(plot.x.label + ": " + valueText(plot.x, point.x));
          if (point.note) lines.push(point.note);
          return lines;
        }
      }
    };
  }

  function configuration(plot) {
    return {
      type: "scatter",
      data: { datasets: datasetsOf(plot) },
      plugins: [{ id: "references", beforeDatasetsDraw: drawReferences }],
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        references: plot.references,
        interaction: { mode: "nearest", intersect: false },
        scales: { x: scaleOptions(plot.x, true), y: scaleOptions(plot.y, false) },
        plugins: {
          legend: {
            display: plot.series.length > 1,
            align: "start",
            labels: {
              color: color("ink"),
              usePointStyle: true,
              boxWidth: 7,
              boxHeight: 7,
              padding: 16,
              filter: function (item, data) { return !data.datasets[item.datasetIndex].isBand; }
            }
          },
          tooltip: tooltipOptions(plot)
        }
      }
    };
  }

  let charts = [];

  function draw() {
    charts.forEach(function (chart) { chart.destroy(); });
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = 12;
    charts = plots.map(function (plot) {
      return new Chart(document.getElementById("plot-" + plot.id), configuration(plot));
    });
  }

  draw();
  // Colors come from the style sheet, which differs in the dark and on paper.
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  window.matchMedia("print").addEventListener("change", draw);
}());
