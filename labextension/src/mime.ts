/**
 * Records and verdicts in the output of a cell, from the JSON that `card.py` writes.
 */
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';

/** The MIME type of cards. */
export const MIME = 'application/vnd.zenodo-jupyter.record+json';

/** By verdict: a mark that is told from the others without colour, and words. */
export const VERDICTS: { [verdict: string]: [string, string] } = {
  same: ['=', 'the same'],
  close: ['≈', 'nearly the same'],
  differs: ['≠', 'different'],
  unsteady: ['~', 'not deterministic'],
  failed: ['✖', 'not reached or failed'],
  missing: ['·', 'missing'],
  extra: ['+', 'new']
};

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
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const card = model.data[MIME] as unknown as ICard;
    this.toggleClass('zj-record', card.kind !== 'form'); // what is under way is a line, not a record
    this.node.replaceChildren(...(card.kind === 'form' ? [text('div', card.note)] : parts(card)));
  }
}

/** The parts of a card; all that others wrote is put in as text. */
export function parts(card: ICard): HTMLElement[] {
  const head = text('div', `${card.title} ${card.version}`);
  head.className = 'zj-record-title';
  const found = [head, text('div', card.creators.join('; '))];
  if (card.doi) {
    const badge = text('a', `DOI ${card.doi}${card.registered ? '' : ' (local, not registered)'}`) as HTMLAnchorElement;
    if (/^https?:\/\//.test(card.link)) {
      badge.href = card.link;
    }
    badge.target = '_blank';
    badge.rel = 'noopener';
    badge.className = 'zj-record-doi';
    found.push(badge);
  }
  found.push(text('div', card.files ? `${card.repository} · ${card.files} files, ${size(card.bytes)}` : card.repository));
  if (card.outputs?.length) {
    found.push(strip(card.outputs), text('div', counts(card.verdict ?? {})));
  }
  for (const line of [...(card.details ?? []), card.citation && `Cite: ${card.citation}`, card.note]) {
    if (line) {
      found.push(text('div', line));
    }
  }
  return found;
}

/** A box for each output. */
export function strip(outputs: readonly string[]): HTMLElement {
  const box = document.createElement('div');
  outputs.forEach((verdict, index) => {
    const [mark, words] = VERDICTS[verdict] ?? ['?', verdict];
    const one = text('span', mark);
    one.className = `zj-record-output zj-is-${verdict.replace(/[^a-z]/g, '')}`;
    one.setAttribute('role', 'img');
    one.setAttribute('aria-label', `output ${index + 1}: ${words}`);
    one.title = words;
    box.append(one);
  });
  return box;
}

function counts(verdict: { [verdict: string]: number }): string {
  const told = Object.entries(VERDICTS).filter(([name]) => verdict[name]);
  return told.map(([name, [, words]]) => `${verdict[name]} ${words}`).join(', ');
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
  rendererFactory: { safe: true, mimeTypes: [MIME], createRenderer: () => new CardWidget() },
  rank: 40, // before HTML, behind live widgets
  dataType: 'json'
};

export default extension;
