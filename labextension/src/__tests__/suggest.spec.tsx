import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keptOf, orcidOf } from '../form';
import { Order } from '../order';
import { Places } from '../places';
import type { IField, ISuggestion, Json } from '../types';
import { NotebookProvider, PanelProvider } from '../views/context';
import { Field } from '../views/field';
import { TABLE } from './table';

const { act } = React as any;
(globalThis as any).IS_REACT_ACT_ENVIRONMENT = true;

const ADA = { type: 'personal', family_name: 'Lovelace', given_name: 'Ada', orcid: '0000-0002-1825-0097' };
const CERN: ISuggestion = { label: 'CERN, Switzerland', value: { id: '01ggx4157', name: 'CERN', country: 'CH' } };
const CREATORS = TABLE.find(field => field.name === 'creators')!;
const PLACES: IField = {
  name: 'affiliations', label: 'Affiliations', help: '', type: 'group', repeat: true, key: 'id', vocabulary: 'affiliations',
  fields: [{ name: 'id', label: 'ROR id', help: '', type: 'text' }, { name: 'name', label: 'Name', help: '', type: 'text' }]
};
const SUBJECTS: IField = {
  name: 'subjects', label: 'Keywords', help: '', type: 'group', repeat: true, key: 'id', vocabulary: 'subjects', separator: ',',
  fields: [{ name: 'id', label: 'Subject', help: '', type: 'text' }, { name: 'subject', label: 'Keyword', help: '', type: 'text' }]
};

describe('what may be meant', () => {
  let root: Root;
  let node: HTMLElement;
  let value: Json;
  let asked: string[];
  let offered: ISuggestion[];

  async function show(field: IField, first: Json, people: ISuggestion[] = []): Promise<void> {
    value = first;
    const api = {
      suggest: async (list: string, q: string, from: string | null) => {
        asked.push(`${list}: ${q} at ${from}`);
        return { suggestions: offered };
      },
      people: async () => ({ suggestions: people })
    };
    const places = new Places(api as any);
    const order = new Order('a.ipynb', null);
    order.aim('zenodo');
    const draw = () =>
      root.render(
        <PanelProvider value={{ trans: nullTranslator.load(''), places, focus: () => undefined } as any}>
          <NotebookProvider value={{ model: { order } } as any}>
            <Field field={field} path={[field.name]} value={value} faults={new Map()} onChange={next => ((value = next), draw())} />
          </NotebookProvider>
        </PanelProvider>
      );
    places.changed.connect(() => act(draw));
    await act(async () => draw());
  }

  const box = () => node.querySelector<HTMLInputElement>('[role=combobox]')!;
  const options = () => [...node.querySelectorAll('[role=option]')].map(option => option.textContent);
  const key = (name: string) => act(() => void box().dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true })));

  async function type(text: string): Promise<void> {
    await act(async () => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(box(), text);
      box().dispatchEvent(new Event('input', { bubbles: true }));
    });
    await act(async () => void (await vi.advanceTimersByTimeAsync(300)));
  }

  beforeEach(() => {
    vi.useFakeTimers();
    asked = [];
    offered = [CERN];
    node = document.body.appendChild(document.createElement('div'));
    root = createRoot(node);
  });

  afterEach(() => {
    act(() => root.unmount());
    node.remove();
    vi.useRealTimers();
  });

  it('is offered after a rest, from the list of the chosen repository, and taken by the arrows and Enter', async () => {
    await show(PLACES, ['']);
    await type('cer');
    expect(asked).toEqual(['affiliations: cer at zenodo']);
    expect(box().getAttribute('aria-expanded')).toBe('true');
    key('ArrowDown');
    expect(box().getAttribute('aria-activedescendant')).toBe(node.querySelector('[aria-selected=true]')!.id);
    key('Enter');
    expect(value).toEqual([{ id: '01ggx4157', name: 'CERN' }]);
    expect(node.textContent).toContain('CERN');
  });

  it('closes by Escape and keeps what was typed', async () => {
    await show(PLACES, ['']);
    await type('cern');
    key('Escape');
    expect(options()).toEqual([]);
    expect(value).toEqual(['cern']);
  });

  it('is taken at once where an identifier was pasted that means one thing', async () => {
    await show(PLACES, ['']);
    await type('https://ror.org/01ggx4157');
    expect(value).toEqual([{ id: '01ggx4157', name: 'CERN' }]);
  });

  it('is nobody where a list is missing, and asks nothing for one letter', async () => {
    await show({ ...PLACES, vocabulary: '' }, ['']);
    await show(PLACES, ['']);
    await type('c');
    expect(asked).toEqual([]);
  });

  it('adds a person by the ORCID iD, with the name where the repository knows it', async () => {
    offered = [{ label: 'Lovelace, Ada', value: ADA }];
    await show(CREATORS, []);
    await type(`https://orcid.org/${ADA.orcid}`);
    expect(value).toEqual([ADA]);
    offered = [];
    await type('0000-0001-5109-3700');
    act(() => void box().dispatchEvent(new KeyboardEvent('keyup', { key: 'Enter', bubbles: true })));
    expect((value as any)[1]).toEqual({ type: 'personal', orcid: '0000-0001-5109-3700' });
  });

  it('offers the people of one’s last records who are not in the list yet', async () => {
    await show(CREATORS, [{ family_name: 'Byron' }], [{ label: 'Lovelace, Ada', value: ADA }, { label: 'Byron', value: { family_name: 'Byron' } }]);
    const buttons = () => [...node.querySelectorAll('[aria-label^="Add "]')].map(button => button.getAttribute('aria-label'));
    expect(buttons()).toEqual(['Add Ada Lovelace to authors']);
    act(() => node.querySelector<HTMLButtonElement>('[aria-label="Add Ada Lovelace to authors"]')!.click());
    expect(value).toEqual([{ family_name: 'Byron' }, ADA]);
    expect(buttons()).toEqual([]);
  });

  it('completes the last of several words, and keeps the identifiers of those before', async () => {
    const rain = { id: 'mesh:rain', subject: 'Rain' };
    offered = [{ label: 'Rain, MeSH', value: rain }];
    await show(SUBJECTS, ['May']);
    await type('May, rai');
    expect(asked).toEqual(['subjects: rai at zenodo']);
    key('ArrowDown');
    key('Enter');
    expect(value).toEqual(['May', rain]);
    await type('May, Rain, wind');
    expect(value).toEqual(['May', rain, 'wind']);
  });
});

it('looks up what a DOI names, once it is complete and only once', async () => {
  vi.useFakeTimers();
  const asked: string[] = [];
  const places = new Places({ title: async (doi: string) => (asked.push(doi), { title: 'On rain' }) } as any);
  const node = document.body.appendChild(document.createElement('div'));
  const root = createRoot(node);
  const field: IField = { name: 'identifier', label: 'Identifier', help: '', type: 'text' };
  const show = async (value: string) => {
    const panel: any = { trans: nullTranslator.load(''), places };
    const one = <Field field={field} path={['identifier']} value={value} faults={new Map()} onChange={() => undefined} />;
    await act(async () => root.render(<PanelProvider value={panel}>{one}</PanelProvider>));
  };
  const rest = () => act(async () => void (await vi.advanceTimersByTimeAsync(700)));
  await show('10.1234/ab');
  await show('https://doi.org/10.1234/abc.');
  await rest();
  expect(asked).toEqual(['10.1234/abc']);
  expect(node.textContent).toContain('“On rain”');
  await show('an ISBN');
  await rest();
  expect(node.textContent).not.toContain('On rain');
  await show('10.1234/abc');
  await rest();
  expect(asked).toHaveLength(1);
  act(() => root.unmount());
  node.remove();
  vi.useRealTimers();
});

it('reads an ORCID iD in any spelling, and keeps of an item what the form has fields for', () => {
  expect(['https://orcid.org/0000-0002-1694-233x', ' 0000-0002-1694-233X '].map(orcidOf)).toEqual(Array(2).fill('0000-0002-1694-233X'));
  expect(orcidOf('universityofyork')).toBe('');
  expect(keptOf(PLACES, CERN.value)).toEqual({ id: '01ggx4157', name: 'CERN' });
  expect(keptOf({ name: 'languages', label: '', help: '', type: 'choice' }, { id: 'eng', title: { en: 'English' } })).toBe('eng');
});
