/*
 * Line charts on logarithmic axes as SVG, side by side, without a library.
 */
const WIDTH = 480;
const PLOT = 190;
const LEFT = 62;
const RIGHT = 16;
const TOP = 34;
/** Below the axis: its numbers, its name, and two entries of the legend a line. */
const BELOW = 44;
const LEGEND_LINE = 14;
const LEGEND_COLUMN = 205;
const COLOURS = ['#1f6feb', '#d1242f', '#1a7f37', '#9a6700', '#8250df', '#bf3989', '#0a7ea4', '#57606a'];

/**
 * @param charts each { title, x, y, series: [{ name, points: [[x, y], …], colour, dash }] }; numbers above 0. Lines of one `colour`, a number,
 * are told apart by their `dash`, in SVG's words.
 */
export function lineCharts(charts) {
  const lines = Math.max(...charts.map(({ series }) => Math.ceil(series.length / 2)));
  const height = TOP + PLOT + BELOW + LEGEND_LINE * lines;
  const drawn = charts.map((chart, i) => `<g transform="translate(${i * WIDTH} 0)">${lineChart(chart)}</g>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${charts.length * WIDTH}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<title>${charts.map(({ title }) => title).join('; ')}</title>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function lineChart({ title, x, y, series }) {
  const points = series.flatMap((line) => line.points);
  const toX = scale(
    points.map(([value]) => value),
    LEFT,
    WIDTH - RIGHT,
  );
  const toY = scale(
    points.map(([, value]) => value),
    TOP + PLOT,
    TOP,
  );
  const text = (at, content, anchor = 'middle') =>
    `<text x="${at[0]}" y="${at[1]}" text-anchor="${anchor}">${escaped(content)}</text>`;
  const parts = [`<text x="${LEFT}" y="18" font-size="13" font-weight="bold">${escaped(title)}</text>`];
  for (const tick of toX.ticks) {
    parts.push(rule(toX(tick), TOP, toX(tick), TOP + PLOT), text([toX(tick), TOP + PLOT + 15], shown(tick)));
  }
  for (const tick of toY.ticks) {
    parts.push(rule(LEFT, toY(tick), WIDTH - RIGHT, toY(tick)), text([LEFT - 6, toY(tick) + 4], shown(tick), 'end'));
  }
  parts.push(text([(LEFT + WIDTH - RIGHT) / 2, TOP + PLOT + 31], x), text([LEFT - 48, TOP - 6], y, 'start'));
  series.forEach(({ name, points: line, colour: number, dash = '' }, i) => {
    const colour = COLOURS[(number ?? i) % COLOURS.length];
    const path = line.map(([a, b]) => `${toX(a).toFixed(1)},${toY(b).toFixed(1)}`);
    parts.push(
      `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.8" stroke-dasharray="${dash}"/>`,
    );
    for (const point of path) {
      const [cx, cy] = point.split(',');
      parts.push(`<circle cx="${cx}" cy="${cy}" r="2.6" fill="${colour}"/>`);
    }
    const at = [LEFT + LEGEND_COLUMN * (i % 2), TOP + PLOT + BELOW + LEGEND_LINE * Math.floor(i / 2)];
    parts.push(`<path d="M${at[0]} ${at[1] - 3}h18" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`);
    parts.push(text([at[0] + 24, at[1] + 1], name, 'start'));
  });
  return parts.join('\n');
}

/** A logarithmic scale with a few round numbers to mark. */
function scale(values, from, to) {
  const low = Math.log(Math.min(...values));
  const high = Math.max(Math.log(Math.max(...values)), low + 0.1);
  const position = (value) => from + ((Math.log(value) - low) / (high - low)) * (to - from);
  const ticks = [];
  for (let power = Math.floor(low / Math.LN10); power <= high / Math.LN10; power++) {
    for (const digit of [1, 2, 5]) {
      const tick = digit * 10 ** power;
      if (Math.log(tick) >= low - 1e-9 && Math.log(tick) <= high + 1e-9) ticks.push(tick);
    }
  }
  return Object.assign(position, { ticks });
}

const rule = (x1, y1, x2, y2) => `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#d0d7de"/>`;
const shown = (value) => (value >= 1000 ? value.toLocaleString('en') : String(Number(value.toPrecision(3))));
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
