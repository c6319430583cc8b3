/**
 * Checks as one types: the open notebook's content is sent as it is, without a save, when the person rests. No DOM.
 */
import type { IDocument } from './act';
import { ApiError, type Api } from './api';
import type { Order } from './order';
import type { IChecked, IFinding } from './types';

/** Milliseconds without a change before the notebook is checked. */
export const PAUSE = 1200;
/** Characters of JSON above which a notebook is checked only when it is saved. */
export const MOST = 4_000_000;

/** The checks of what is not saved yet. */
export class Typing {
  constructor(
    private _document: Pick<IDocument, 'content' | 'isDisposed'>,
    private _order: Pick<Order, 'body'>,
    private _api: Pick<Api, 'check'>
  ) {}

  /**
   * Check when nothing was changed for a while; what is being asked is dropped.
   *
   * @param told Gets what was found. It is not called where the server does not answer: what was found last stays.
   */
  checkSoon(told: (checked: IChecked) => void): void {
    this.stop();
    this._timer = setTimeout(() => void this._check(told), PAUSE);
  }

  /** Drop what is being asked, or was about to be. */
  stop(): void {
    clearTimeout(this._timer);
    this._asking?.abort();
    this._asking = undefined;
  }

  private async _check(told: (checked: IChecked) => void): Promise<void> {
    const content = this._document.isDisposed ? undefined : this._document.content;
    if (!content || JSON.stringify(content).length > MOST) {
      return;
    }
    const asking = (this._asking = new AbortController());
    try {
      const checked = await this._api.check(this._order.body(), content, asking.signal);
      if (!asking.signal.aborted) {
        told(checked);
      }
    } catch (error) {
      if (!asking.signal.aborted && !(error instanceof ApiError)) {
        throw error;
      }
    }
  }

  private _asking: AbortController | undefined;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

/** What is known of a notebook: what was found in it now, and of the last look what is not looked for as one types. */
export function merged(checked: IChecked, before: readonly IFinding[]): IFinding[] {
  return [...checked.findings, ...before.filter(finding => checked.untyped.some(name => finding.id.startsWith(name)))];
}
