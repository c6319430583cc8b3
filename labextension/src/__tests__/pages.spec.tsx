import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NotebookModel } from '../model';
import { Places } from '../places';
import type { IRecord, IStanding } from '../types';
import { Changes } from '../views/changes';
import { NotebookProvider, PanelProvider } from '../views/context';
import { Done } from '../views/done';
import { Paper, PUBLISHED, Server } from './server';
import { TABLE } from './table';

const { act } = React as any;
(globalThis as any).IS_REACT_ACT_ENVIRONMENT = true;

const DAY = 86_400_000;
const record: IRecord = {
  id: '7', concept_id: '6', doi: '10.5281/zenodo.7', concept_doi: '10.5281/zenodo.6', title: 'Rain', version: 'v1', index: 1, is_latest: true,
  created: new Date(Date.now() - 3 * DAY).toISOString(), html_url: 'https://zenodo.org/records/7',
  metadata: { creators: [{ person_or_org: { name: 'Lovelace, Ada' } }], publication_date: '2026-05-01', publisher: 'Zenodo' },
  files: [{ key: 'data/rain.csv', size: 5 }, { key: 'rain.ipynb', size: 9 }]
};

describe('a page of the panel', () => {
  let root: Root;
  let node: HTMLElement;
  let model: NotebookModel;

  function show(page: JSX.Element, row: object, standing: Partial<IStanding> = {}, plan: object = {}): void {
    const places = new Places({ landingPage: () => record.html_url } as any);
    places.fields = TABLE;
    places.repositories = [{ name: 'zenodo', title: 'Zenodo', url: 'https://zenodo.org', registered_dois: true, repair_days: 0, binder: '', ...row } as any];
    model = new NotebookModel(new Paper() as any, places, null);
    model.order.aim('zenodo');
    model.standing = { ...PUBLISHED, ...standing };
    model.plan = { metadata: {}, files: [], ...plan } as any;
    model.finished = { record, repository: 'zenodo', citation: 'Lovelace 2026', published: null };
    const panel: any = { trans: nullTranslator.load(''), places, focus: () => undefined };
    act(() =>
      root.render(
        <PanelProvider value={panel}>
          <NotebookProvider value={{ model, notebook: {} as any, reveal: () => undefined }}>{page}</NotebookProvider>
        </PanelProvider>
      )
    );
  }

  const link = (words: string) => [...node.querySelectorAll('a')].find(a => a.textContent?.includes(words))?.getAttribute('href');

  beforeEach(() => {
    node = document.body.appendChild(document.createElement('div'));
    root = createRoot(node);
  });

  afterEach(() => {
    act(() => root.unmount());
    node.remove();
  });

  it('tells at the end for how long files can be exchanged, only where they can', () => {
    show(<Done />, { repair_days: 30 });
    expect(node.textContent).toContain('under the same DOI, for 27 more days');
    show(<Done />, { repair_days: 2 });
    expect(node.textContent).not.toContain('Exchange files');
    show(<Done />, {});
    expect(node.textContent).not.toContain('Exchange files');
    expect(node.textContent).toContain('Edit the description');
  });

  it('leads to Binder where Binder knows the repository, and everybody can read the record', () => {
    const row = { binder: 'https://binder.example.org/v2/zenodo/' };
    show(<Done />, row);
    expect(link('Binder')).toBe('https://binder.example.org/v2/zenodo/10.5281/zenodo.7/?urlpath=lab%2Ftree%2Frain.ipynb');
    show(<Done />, row, {}, { metadata: { access: { files: 'restricted' } } });
    expect(link('Binder')).toBeUndefined();
    show(<Done />, {});
    expect(link('Binder')).toBeUndefined();
    show(<Done />, { ...row, registered_dois: false });
    expect(link('Binder')).toBeUndefined();
  });

  it('has a text to share that names work, people and DOI, but not for what only this computer has', async () => {
    const copied: string[] = [];
    Object.assign(navigator, { clipboard: { writeText: async (text: string) => void copied.push(text) } });
    const button = () => [...node.querySelectorAll('button')].find(one => one.textContent?.includes('text to share'));
    show(<Done />, {});
    await act(async () => button()!.click());
    expect(copied).toEqual(['“Rain” by Lovelace, Ada, with its notebook, data and results: https://doi.org/10.5281/zenodo.7']);
    show(<Done />, { url: 'http+local://embedded' });
    expect(button()).toBeUndefined();
  });

  it('says what a version changes: cells, files that are new, others or gone, and fields', () => {
    const standing = { state: 'changed' as const, changed_cells: 3, changed_files: ['a.csv', 'b.csv', 'c.csv'], added_files: ['b.csv'] };
    const plan = { files: [{ key: 'a.csv', size: 2500 }, { key: 'b.csv', size: 1 }], changed_fields: ['title', 'rights'] };
    show(<Changes />, {}, standing, plan);
    expect(node.textContent).toContain('3 cells changed, 1 file added, 1 file changed, 1 file removed.');
    expect([...node.querySelectorAll('.zj-diff li')].map(row => row.querySelector('.zj-sign')!.textContent)).toEqual(['≠changed', '+added', '−removed']);
    expect(node.textContent).toContain('Said otherwise: Title, Licences.');
  });
});

it('leaves a draft where nothing is public, and says so', async () => {
  const server = new Server();
  const places = new Places(server.api);
  const model = new NotebookModel(new Paper() as any, places, null);
  await model.look();
  model.order.write('title', 'Rain in May');
  const { job } = await import('./server');
  server.polls = [job({ state: 'done', result: { draft: true, doi: '10.5072/zenodo.7', stamp: null } as any })];
  server.standing = { ...PUBLISHED, state: 'stopped', saved: true, previous_id: '' };
  await model.publish(false, 'draft');
  expect(server.last('publish')).toMatchObject({ draft: true, anonymous: false, yes: false });
  expect([model.page, model.mark]).toEqual(['edit', 'draft']);
  expect(model.order.chosen.edits).toEqual({ title: 'Rain in May' });
  model.dispose();
});
