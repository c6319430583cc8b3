import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import { type ICard, parts } from '../mime';

const CARD: ICard = {
  kind: 'verdict',
  title: 'Rain <img src=x onerror=alert(1)>',
  version: 'v1',
  creators: ['Doe, Ada'],
  doi: '10.5072/zenodo.7',
  registered: false,
  link: 'javascript:alert(1)',
  repository: 'This computer',
  files: 3,
  bytes: 1500,
  note: 'All fine.',
  verdict: { same: 2, differs: 1 },
  outputs: ['same', 'differs', 'same']
};

function drawn(card: ICard): HTMLElement {
  const node = document.createElement('div');
  node.append(...parts(card, nullTranslator.load('')));
  return node;
}

describe('parts', () => {
  it('shows what strangers wrote as text, and follows no address but those of the web', () => {
    const node = drawn(CARD);
    expect(node.querySelector('img')).toBeNull();
    expect(node.textContent).toContain('<img src=x');
    expect(node.querySelector('a')?.getAttribute('href')).toBeNull();
    expect(drawn({ ...CARD, link: 'https://doi.org/10.5281/zenodo.7' }).querySelector('a')?.href).toContain('doi.org');
  });

  it('names each output for those who do not see its mark', () => {
    const names = [...drawn(CARD).querySelectorAll('[role=img]')].map(one => one.getAttribute('aria-label'));
    expect(names).toEqual(['output 1: the same', 'output 2: different', 'output 3: the same']);
    expect(drawn(CARD).textContent).toContain('2 the same, 1 different');
  });

  it('speaks the language of JupyterLab', () => {
    const german: { [text: string]: string } = { different: 'anders', 'Cite: %1': 'Zitieren: %1', '%1 files, %2': '%1 Dateien, %2' };
    const put = (text: string, values: any[]) => values.reduce((told, value, at) => told.replace(`%${at + 1}`, String(value)), german[text] ?? text);
    const trans: any = { __: (text: string, ...values: any[]) => put(text, values), _n: (_: string, many: string, ...values: any[]) => put(many, values) };
    const node = document.createElement('div');
    node.append(...parts({ ...CARD, citation: 'Doe 2026' }, trans));
    expect(node.textContent).toContain('Zitieren: Doe 2026');
    expect(node.textContent).toContain('3 Dateien, 1.5 kB');
    expect(node.querySelectorAll('[role=img]')[1].getAttribute('aria-label')).toBe('output 2: anders');
  });

  it('says that a DOI is not registered', () => {
    expect(drawn(CARD).textContent).toContain('local, not registered');
    expect(drawn({ ...CARD, doi: '10.82433/7' }).textContent).toContain('for tests, not at doi.org');
  });
});
