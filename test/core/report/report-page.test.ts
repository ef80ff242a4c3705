import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { gatherFacts } from '../../../core/report/gather/gather-facts';
import type { RunOutcome } from '../../../core/report/gather/run-outcome';
import { reportPage } from '../../../core/report/report-page';
import type { Lake } from '../../../core/run/ports';
import { describeInBrowser, openChromium } from '../../support/chromium';
import { memoryLake } from '../../support/memory-lake';
import { startOfTime } from '../run/run-fixture';
import { outcomeOf, planOf, steadyObjects } from './report-fixture';
import { badRun, driftingRun, failedRun, goodRun, holeRun, incrementRun } from './report-runs';

const runs: Readonly<Record<string, (lake: Lake) => Promise<RunOutcome>>> = {
  good: goodRun,
  bad: badRun,
  failed: failedRun,
  hole: holeRun,
  drifting: driftingRun,
  increment: (lake) => incrementRun(lake, 'manifest'),
  tiny: (lake) => outcomeOf(planOf(1), steadyObjects(planOf(1), 1), lake),
  long: (lake) => outcomeOf(planOf(20_000), steadyObjects(planOf(20_000), 20_000), lake),
};

/** What is evaluated in the page is text: its types are the browser's, not Node's. */
const inPage = {
  overflow: 'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  scripts:
    "document.querySelectorAll('script, iframe, object, embed, form, [onerror], [onload], [src]').length",
  charts:
    "[...document.querySelectorAll('svg')].filter((svg) => svg.getBoundingClientRect().width > 0).length",
  smallestText: `Math.min(...[...document.querySelectorAll('svg text')].filter((text) => text.getBoundingClientRect().width > 0)
    .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))`,
  textOutside: `[...document.querySelectorAll('svg text')].filter((text) => {
    const box = text.getBoundingClientRect(), svg = text.closest('svg').getBoundingClientRect();
    return box.width > 0 && (box.left < svg.left - 1 || box.right > svg.right + 1 || box.top < svg.top - 1 || box.bottom > svg.bottom + 1);
  }).map((text) => text.textContent)`,
  ids: "(() => { const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id); return ids.length - new Set(ids).size; })()",
  /** Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3), as their colours and words. */
  faint: `(() => {
    const channels = (color) => color.match(/[\\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const color = channels(getComputedStyle(at).backgroundColor);
        if (color[3] !== 0) return color;
      }
      return [255, 255, 255];
    };
    const found = [];
    for (const element of document.querySelectorAll('main *')) {
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
      if (!hasText || element.getBoundingClientRect().width === 0) continue;
      const style = getComputedStyle(element);
      const color = element.closest('svg') ? style.fill : style.color;
      const [a, b] = [luminance(channels(color)), luminance(behind(element))].sort((x, y) => y - x);
      if ((a + 0.05) / (b + 0.05) < 4.5) found.push(color + ' ' + element.textContent.slice(0, 40));
    }
    return found;
  })()`,
} as const;

describeInBrowser('a report in a browser', () => {
  let browser: Browser;
  let server: Server;
  let origin: string;
  const pages = new Map<string, string>();
  const requested: string[] = [];

  beforeAll(async () => {
    for (const [name, make] of Object.entries(runs)) {
      const lake = memoryLake();
      const facts = await gatherFacts(await make(lake), lake, new Date(startOfTime + 300_000));
      pages.set(`/${name}`, reportPage(facts));
    }
    server = createServer((request, response) => {
      requested.push(request.url ?? '');
      const page = pages.get(request.url ?? '');
      response.writeHead(page ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on a port has an address of this kind
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await openChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Opens a report, and keeps what the browser complains of and asks for. */
  async function open(name: string, options: Parameters<Browser['newPage']>[0]) {
    const page = await browser.newPage(options);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    requested.length = 0;
    await page.goto(`${origin}/${name}`, { waitUntil: 'networkidle' });
    return { page, complaints };
  }

  const evaluated = (page: Page, what: keyof typeof inPage): Promise<unknown> => page.evaluate(inPage[what]);

  const schemes = ['light', 'dark'] as const;
  const widths = [320, 360, 768, 1280];
  const cases = Object.keys(runs).flatMap((name) => schemes.map((scheme) => [name, scheme] as const));

  it.each(cases)(
    'of a %s run, %s, asks for nothing, complains of nothing and can be read',
    async (name, colorScheme) => {
      const { page, complaints } = await open(name, { colorScheme, viewport: { width: 1280, height: 800 } });
      expect(complaints).toEqual([]);
      expect(requested).toEqual([`/${name}`]);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        expect([width, await evaluated(page, 'overflow')]).toEqual([width, 0]);
        expect(await evaluated(page, 'textOutside')).toEqual([]);
        expect(await evaluated(page, 'faint')).toEqual([]);
      }
      expect(await evaluated(page, 'ids')).toBe(0);
      await page.close();
    },
  );

  it.each([
    ['good', 3],
    ['bad', 4],
    ['failed', 3],
    ['tiny', 3],
    ['long', 3],
  ])('of a %s run shows %d charts, on a phone too, with text that is large enough', async (name, charts) => {
    for (const width of [360, 1280]) {
      const { page } = await open(name, { viewport: { width, height: 800 } });
      expect(await evaluated(page, 'charts')).toBe(charts);
      expect(await evaluated(page, 'smallestText')).toBeGreaterThanOrEqual(11);
      await page.close();
    }
  });

  it('shows hostile text as text', async () => {
    const { page, complaints } = await open('bad', { viewport: { width: 1280, height: 800 } });
    expect(await page.title()).toBe('Not published · geonames/cities');
    expect(await evaluated(page, 'scripts')).toBe(0);
    expect(await page.innerText('main')).toContain("<script>document.title = 'taken'</script>");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('would run no script even if one had got into it', async () => {
    const taken = "<main><script>document.title = 'taken'</script>";
    pages.set('/broken', (pages.get('/good') ?? '').replace('<main>', taken));
    const { page, complaints } = await open('broken', {});
    expect(await page.title()).toBe('Complete and published · geonames/cities');
    expect(complaints.join()).toContain('Content Security Policy');
    await page.close();
  });

  it('is printed dark on light, and whole', async () => {
    const { page } = await open('bad', { colorScheme: 'dark', viewport: { width: 1280, height: 800 } });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await evaluated(page, 'faint')).toEqual([]);
    expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
    await page.close();
  });
});
