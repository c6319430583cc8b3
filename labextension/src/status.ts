/**
 * The item of the status bar: where the notebook in front stands, and the way to the panel.
 */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { markIcons } from './icons';
import type { Session } from './session';
import type { Settings } from './settings';
import { standingOf } from './views/words';

export class StatusItem extends Widget {
  /** Emitted when it may have to be shown or hidden. */
  readonly activeChanged = new Signal<this, void>(this);

  /** @param onClick Opens the panel. */
  constructor(
    private _session: Session,
    private _trans: TranslationBundle,
    private _settings: Settings,
    onClick: () => void
  ) {
    super({ node: document.createElement('button') });
    this.addClass('zj-status');
    this.node.addEventListener('click', onClick);
    _session.changed.connect(this._show, this);
    _settings.changed.connect(this._show, this);
    this._show();
  }

  /** Whether there is something to say, and the person wants to read it. */
  get isActive(): boolean {
    return !!this._session.current?.model.standing && this._settings.now.statusItem;
  }

  private _show(): void {
    const model = this._session.current?.model;
    const words = model?.standing ? standingOf(model, this._trans) : '';
    if (model && words !== this._words) {
      this._words = words;
      this.node.replaceChildren(markIcons[model.mark].element({ tag: 'span' }), words);
      this.node.title = model.places.repository(model.order.chosen.to)?.title ?? '';
    }
    this.activeChanged.emit();
  }

  private _words = '';
}
