/**
 * The panel's place in the sidebar, there from the start; what stands in it is loaded when it is first shown.
 */
import type { TranslationBundle } from '@jupyterlab/translation';
import { PanelLayout, Widget } from '@lumino/widgets';

/** The place, empty until it is shown; then it says what it waits for. */
export class Place extends Widget {
  /** @param _load Makes the content. */
  constructor(
    private _load: () => Promise<Widget>,
    private _trans: TranslationBundle
  ) {
    super();
    this.id = 'zenodo-jupyter-panel';
    this.addClass('zj-place');
    this.layout = new PanelLayout();
    this._waiting.addClass('zj-waiting');
    this._waiting.node.setAttribute('role', 'status');
  }

  /** Put the content in, where it is not there yet; what failed is tried again. */
  fill(): void {
    const layout = this.layout as PanelLayout;
    if (this._waiting.isDisposed || this._isFilling) {
      return;
    }
    this._isFilling = true;
    layout.addWidget(this._waiting);
    this._waiting.node.textContent = this._trans.__('Loading …');
    this._load()
      .then(body => {
        this._waiting.dispose();
        layout.addWidget(body);
        this.parent?.fit(); // the style that says how narrow it may be came with it
      })
      .catch(() => {
        this._waiting.node.textContent = this._trans.__('The panel could not be loaded. Press Publish once more to try again.');
      })
      .finally(() => (this._isFilling = false));
  }

  protected onAfterShow(): void {
    this.fill();
  }

  private _waiting = new Widget();
  private _isFilling = false;
}
