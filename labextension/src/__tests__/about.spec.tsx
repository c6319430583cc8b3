import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IDocument } from '../act';
import { NotebookModel } from '../model';
import { Places } from '../places';
import type { IField } from '../types';
import { About } from '../views/about';
import { NotebookProvider, PanelProvider } from '../views/context';
import { TABLE } from './table';

const { act } = React as any;
(globalThis as any).IS_REACT_ACT_ENVIRONMENT = true;

describe('the form', () => {
  let root: Root;
  let node: HTMLElement;
  let model: NotebookModel;
  let answers: { [route: string]: (...args: any[]) => Promise<any> };

  function show(table: IField[], errors: any[] = []): void {
    const api = {
      people: () => Promise.resolve({ suggestions: [] }),
      ...answers
    };
    const places = new Places(api as any);
    places.fields = table;
    places.groups = [...new Set(table.map(field => field.group!))];
    model = new NotebookModel({ path: 'a.ipynb', ready: Promise.resolve() } as IDocument, places, null);
    model.plan = {
      metadata: { title: 'Rain', creators: [{ family_name: 'Lovelace', given_name: 'Ada' }], rights: ['mit'], subjects: ['rain', 'may'] },
      sources: { creators: 'from CITATION.cff' },
      conflicts: [],
      errors
    } as any;
    model.open.add('about');
    const panel: any = { trans: nullTranslator.load(''), places, focus: () => undefined };
    const draw = () =>
      root.render(
        <PanelProvider value={panel}>
          <NotebookProvider value={{ model, notebook: {} as any, reveal: () => undefined }}>
            <About />
          </NotebookProvider>
        </PanelProvider>
      );
    model.changed.connect(() => act(draw));
    places.changed.connect(() => act(draw));
    act(draw);
  }

  const labelled = (words: string) =>
    [...node.querySelectorAll('label')].find(label => label.textContent?.startsWith(words))?.htmlFor ?? '';
  const input = (words: string) => document.getElementById(labelled(words)) as HTMLInputElement;
  const press = (words: string) =>
    act(() => [...node.querySelectorAll('button')].find(button => button.textContent?.includes(words))!.click());

  beforeEach(() => {
    answers = {};
    node = document.body.appendChild(document.createElement('div'));
    root = createRoot(node);
  });

  afterEach(() => {
    act(() => root.unmount());
    model.dispose();
    node.remove();
  });

  it('has a field for each row of the table, the essentials first', () => {
    show(TABLE);
    expect(input('Title').value).toBe('Rain');
    expect(node.textContent).not.toContain('Copyright');
    press('Rights');
    expect(node.textContent).toContain('Copyright');
  });

  it('gets a new field from a new row of the table', () => {
    const row: IField = { name: 'mood', label: 'Mood', help: 'Of the work.', type: 'text', group: 'Basics', path: 'custom_fields.mood', essential: true, example: 'calm' };
    show([...TABLE, row]);
    expect(input('Mood').placeholder).toBe('calm');
    expect(node.querySelector(`#${input('Mood').getAttribute('aria-describedby')!.split(' ')[0]}`)!.textContent).toBe('Of the work.');
  });

  it('leaves out what stands in Where', () => {
    show(TABLE);
    expect(node.textContent).not.toContain('Access');
  });

  it('puts an error beside its field, opens the row that it is in, and links it', () => {
    show(TABLE, [{ field: 'metadata.creators.0.person_or_org.family_name', messages: ['Family name cannot be blank.'] }]);
    const field = input('Family name');
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(document.getElementById(`${field.id}-err`)!.textContent).toContain('cannot be blank');
    expect(node.querySelector('#zj-faults')!.textContent).toContain('Family name, Ada Lovelace, Authors');
  });

  it('adds, moves and removes rows', () => {
    show(TABLE);
    press('Add to authors');
    expect(model.order.chosen.edits.creators).toEqual([{ family_name: 'Lovelace', given_name: 'Ada' }, { type: 'personal' }]);
    act(() => node.querySelector<HTMLButtonElement>('[aria-label="Move Ada Lovelace down"]')!.click());
    expect((model.order.chosen.edits.creators as any[])[1].given_name).toBe('Ada');
    act(() => node.querySelector<HTMLButtonElement>('[aria-label="Remove Ada Lovelace"]')!.click());
    expect(model.order.chosen.edits.creators).toEqual([{ type: 'personal' }]);
  });

  it('takes a proposed value back, and a written one too', () => {
    show(TABLE.map(field => ({ ...field, required: false })));
    act(() => node.querySelector<HTMLButtonElement>('[aria-label="Take it out"]')!.click());
    expect(model.order.chosen.edits.creators).toBeNull();
    act(() => node.querySelector<HTMLButtonElement>('[aria-label="Back to what is proposed"]')!.click());
    expect(model.order.chosen.edits).toEqual({});
  });

  it('shows words behind one another', () => {
    show(TABLE);
    expect(input('Keywords').value).toBe('rain, may');
  });
});
