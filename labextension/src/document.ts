/**
 * An open notebook of JupyterLab, as publishing sees it.
 */
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IDocument } from './act';
import { badgeIndex, hasStamp, putStamp, readDeposit } from './badge';
import type { IDeposit, IStamp } from './types';

/** An open notebook. */
export class OpenNotebook implements IDocument {
  constructor(readonly panel: NotebookPanel) {
    this.ready = panel.context.ready;
  }

  readonly ready: Promise<void>;

  /** Without the drive that jupyter-collaboration puts before it. */
  get path(): string {
    return this.panel.context.localPath;
  }

  get name(): string {
    return this.path.slice(this.path.lastIndexOf('/') + 1);
  }

  get isDirty(): boolean {
    return this.panel.context.model?.dirty ?? false;
  }

  get isReadOnly(): boolean {
    return this.panel.context.contentsModel?.writable === false;
  }

  get isDisposed(): boolean {
    return this.panel.isDisposed || this.panel.context.isDisposed;
  }

  get deposit(): IDeposit | null {
    return readDeposit(this.panel.context.model.sharedModel);
  }

  /** When it was saved last, as far as is known. */
  get saved(): Date | null {
    const text = this.panel.context.contentsModel?.last_modified;
    return text ? new Date(text) : null;
  }

  async save(): Promise<void> {
    await this.panel.context.save();
  }

  async reload(): Promise<void> {
    await this.panel.context.revert();
  }

  hasStamp(stamp: IStamp): boolean {
    return hasStamp(this.panel.context.model.sharedModel, stamp);
  }

  putStamp(stamp: IStamp): void {
    const notebook = this.panel.context.model.sharedModel;
    if (putStamp(notebook, stamp)) {
      const widget = this.panel.content.widgets[badgeIndex(notebook)];
      if (widget && 'rendered' in widget) {
        (widget as { rendered: boolean }).rendered = true;
      }
    }
  }

  /** Go to a cell by its position. */
  show(index: number): void {
    const { content } = this.panel;
    const cell = content.widgets[index];
    if (cell) {
      content.activeCellIndex = index;
      content.deselectAll();
      content.mode = 'command';
      void content.scrollToItem(index, 'smart').then(() => this.panel.activate());
    }
  }

  /** Go to the cell with a number in its prompt. */
  showPrompt(count: number): void {
    this.show(this.panel.context.model.sharedModel.cells.findIndex(cell => promptOf(cell) === count));
  }

  showBadge(): void {
    this.show(badgeIndex(this.panel.context.model.sharedModel));
  }
}

function promptOf(cell: unknown): number | null {
  return (cell as { execution_count?: number | null }).execution_count ?? null;
}
