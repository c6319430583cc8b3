/**
 * Records and verdicts in the output of a cell, from the JSON that `card.py` writes.
 */
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

/** What is needed of a translator. */
type IWords = Pick<TranslationBundle, '__' | '_n'>;

/** The MIME type of cards. */
export const MIME = 'application/vnd.zenodo-jupyter.record+json';

/** By verdict, a mark that is told from the others without colour. */
const MARKS: { [verdict: string]: string } = { same: '=', close: '≈', differs: '≠', unsteady: '~', failed: '✖', missing: '·', extra: '+' };

/** Return a verdict's mark and words. */
export function wordsOf(verdict: string, trans: IWords): [string, string] {
  const words: { [verdict: string]: string } = {
    same: trans.__('the same'),
    close: trans.__('nearly the same'),
    differs: trans.__('different'),
    unsteady: trans.__('not deterministic'),
    failed: trans.__('not reached or failed'),
    missing: trans.__('missing'),
    extra: trans.__('new')
  };
  return [MARKS[verdict] ?? '?', words[verdict] ?? verdict];
}

/** What `card.py` writes. */
export interface ICard {
  kind: 'record' | 'verdict' | 'form';
  title: string;
  version: string;
  creators: string[];
  doi: string;
  registered: boolean;
  link: string;
  repository: string;
  files: number;
  bytes: number;
  note: string;
  citation?: string;
  verdict?: { [verdict: string]: number };
  outputs?: string[];
  details?: string[];
}

/** A record as it is shown. */
export class CardWidget extends Widget implements IRenderMime.IRenderer {
  constructor(private _trans: IWords) {
    super();
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const card = model.data[MIME] as unknown as ICard;
    this.toggleClass('zj-record', card.kind !== 'form'); // what is under way is a line, not a record
    this.node.replaceChildren(...(card.kind === 'form' ? [text('div', card.note)] : parts(card, this._trans)));
  }
}

/** The parts of a card; all that others wrote is put in as text. */
export function parts(card: ICard, trans: IWords): HTMLElement[] {
  const head = text('div', `${card.title} ${card.version}`);
  head.className = 'zj-record-title';
  const found = [head, text('div', card.creators.join('; '))];
  if (card.doi) {
    const said = card.registered
      ? trans.__('DOI %1', card.doi)
      : card.doi.startsWith('10.5072/')
        ? trans.__('DOI %1 (local, not registered)', card.doi)
        : trans.__('DOI %1 (for tests, not at doi.org)', card.doi);
    const badge = text('a', said) as HTMLAnchorElement;
    if (/^https?:\/\//.test(card.link)) {
      badge.href = card.link;
    }
    badge.target = '_blank';
    badge.rel = 'noopener';
    badge.className = 'zj-record-doi';
    found.push(badge);
  }
  const files = trans._n('%1 file, %2', '%1 files, %2', card.files, size(card.bytes));
  found.push(text('div', card.files ? `${card.repository} · ${files}` : card.repository));
  if (card.outputs?.length) {
    found.push(strip(card.outputs, trans), text('div', counts(card.verdict ?? {}, trans)));
  }
  for (const line of [...(card.details ?? []), card.citation && trans.__('Cite: %1', card.citation), card.note]) {
    if (line) {
      found.push(text('div', line));
    }
  }
  return found;
}

/** A box for each output. */
export function strip(outputs: readonly string[], trans: IWords): HTMLElement {
  const box = document.createElement('div');
  outputs.forEach((verdict, index) => {
    const [mark, words] = wordsOf(verdict, trans);
    const one = text('span', mark);
    one.className = `zj-record-output zj-is-${verdict.replace(/[^a-z]/g, '')}`;
    one.setAttribute('role', 'img');
    one.setAttribute('aria-label', trans.__('output %1: %2', index + 1, words));
    one.title = words;
    box.append(one);
  });
  return box;
}

function counts(verdict: { [verdict: string]: number }, trans: IWords): string {
  const told = Object.keys(MARKS).filter(name => verdict[name]);
  return told.map(name => `${verdict[name]} ${wordsOf(name, trans)[1]}`).join(', ');
}

function text(tag: string, content: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = content;
  return element;
}

function size(bytes: number): string {
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (bytes < 1000) {
      return unit === 'B' ? `${bytes} B` : `${bytes.toFixed(1)} ${unit}`;
    }
    bytes /= 1000;
  }
  return `${bytes.toFixed(1)} TB`;
}

const extension: IRenderMime.IExtension = {
  id: 'zenodo-jupyter:card',
  description: 'Shows records and verdicts in the output of a cell.',
  rendererFactory: { safe: true, mimeTypes: [MIME], createRenderer: options => new CardWidget((options.translator ?? nullTranslator).load('zenodo-jupyter')) },
  rank: 40, // before HTML, behind live widgets
  dataType: 'json'
};

export default extension;
