import type { Series } from './row.ts';

const WIDTH = 640;
const HEIGHT = 360;
const LEFT = 64;
const RIGHT = 24;
const TOP = 64;
const BOTTOM = 56;
const TICKS = 5;

/** Readable on light and on dark; the second is dashed for those who do not see the difference. */
const STROKES: readonly { color: string; dash: string }[] = [
  { color: '#2f81f7', dash: '' },
  { color: '#d9822b', dash: '6 4' },
];

/** Lines on grey axes without a background of their own, so that it is read in light and dark. A pure function of its input. */
export function chart(axes: { title: string; x: string; y: string }, series: readonly Series[]): string {
  const points = series.flatMap((one) => one.points);
  const [maxX, maxY] = [niceMax(points.map(({ x }) => x)), niceMax(points.map(({ y }) => y))];
  const toX = (x: number): string => (LEFT + (x / maxX) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const toY = (y: number): string => (HEIGHT - BOTTOM - (y / maxY) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const ticks = Array.from({ length: TICKS + 1 }, (_, index) => index / TICKS);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(labelOf(axes, series))}">`,
    '<style>text{font:13px system-ui,sans-serif;fill:#7d8590}.title{font-weight:600;font-size:15px}</style>',
    text(LEFT, 24, axes.title, 'start', 'title'),
    ...series.flatMap(({ name }, index) => legend(name, index)),
    ...ticks.map((share) => {
      const y = toY(share * maxY);
      return `<path d="M${LEFT} ${y}H${WIDTH - RIGHT}" stroke="#7d8590" stroke-opacity="${share === 0 ? 1 : 0.3}"/>`;
    }),
    ...ticks.map((share) => text(LEFT - 8, Number(toY(share * maxY)) + 4, short(share * maxY), 'end')),
    ...ticks.map((share) => text(Number(toX(share * maxX)), HEIGHT - BOTTOM + 20, short(share * maxX), 'middle')),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, axes.x, 'middle'),
    text(LEFT - 8, TOP - 14, axes.y, 'end'),
    ...series.map((one, index) =>
      line(
        one.points.map(({ x, y }) => `${toX(x)} ${toY(y)}`),
        index,
      ),
    ),
    '</svg>',
    '',
  ].join('\n');
}

function line(points: readonly string[], index: number): string {
  const { color, dash } = strokeOf(index);
  return `<path d="M${points.join('L')}" fill="none" stroke="${color}" stroke-width="2.5" stroke-dasharray="${dash}"/>`;
}

function legend(name: string, index: number): string[] {
  const { color, dash } = strokeOf(index);
  const x = LEFT + index * 190;
  return [
    `<path d="M${x} 42h28" stroke="${color}" stroke-width="2.5" stroke-dasharray="${dash}"/>`,
    text(x + 36, 46, name, 'start'),
  ];
}

function strokeOf(index: number): { color: string; dash: string } {
  return STROKES[index % STROKES.length] ?? { color: '#7d8590', dash: '' };
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end', style = ''): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}"${style && ` class="${style}"`}>${escaped(content)}</text>`;
}

/** What somebody hears who does not see it. */
function labelOf({ title, x, y }: { title: string; x: string; y: string }, series: readonly Series[]): string {
  const ends = series.flatMap(({ name, points }) => {
    const last = points.at(-1);
    return last ? [`${name}: ${short(last.y)} ${y} at ${short(last.x)} ${x}`] : [];
  });
  return `${title}. ${ends.join('; ')}`;
}

/** The next 1, 2, 2.5 or 5 of its power of ten. */
function niceMax(values: readonly number[]): number {
  const most = Math.max(...values, 1);
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 2.5, 5, 10].find((step) => step * power >= most) ?? 10) * power;
}

function short(value: number): string {
  return value >= 10_000 ? `${value / 1000}k` : `${Math.round(value * 10) / 10}`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
