/**
 * An open notebook of JupyterLab, as publishing sees it.
 */
import type { ISharedNotebook } from '@jupyter/ydoc';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import { JSONExt, type JSONObject } from '@lumino/coreutils';
import type { IDocument } from './act';
import { badgeIndex, hasStamp, isBadge, isBadgeJson, putStamp, readDeposit } from './badge';
import { putCells } from './remedy';
import type { IDeposit, IRemedied, IStamp } from './types';

/** Milliseconds in which what one browser wrote into a shared document reaches the others, and how many are waited for at most. */
const TURN = 1500;
const MOST = 4;

/** Milliseconds in which the server is to save a shared document by itself, and between two looks whether it has. */
const SAVES = 5000;
const LOOKS = 100;

type ICell = { metadata: JSONObject };

/** An open notebook. */
export class OpenNotebook implements IDocument {
  /** @param _files Where the notebook's file is. */
  constructor(
    readonly panel: NotebookPanel,
    private _files: Pick<Contents.IManager, 'get'>
  ) {
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

  get content(): unknown {
    return this.panel.context.model?.toJSON();
  }

  /** When it was saved last, as far as is known. */
  get saved(): Date | null {
    const text = this.panel.context.contentsModel?.last_modified;
    return text ? new Date(text) : null;
  }

  async save(): Promise<void> {
    await this.catchUp();
    await this._savedByServer();
    if (this.isDirty) {
      await this.panel.context.save();
    }
  }

  async catchUp(): Promise<void> {
    const { context } = this.panel;
    const known = context.contentsModel;
    if (context.model.collaborative || !known) {
      return;
    }
    const there = await this._files.get(context.path, { content: false, hash: true });
    const isNewer = there.hash && known.hash ? there.hash !== known.hash : there.last_modified !== known.last_modified;
    if (isNewer && (!this.isDirty || (await this._isSameWork()))) {
      await context.revert();
    }
  }

  /** Of two that change one text at the same moment, both changes stay: so one of them goes first, the same for all. */
  async myTurn(): Promise<void> {
    const { model } = this.panel.context;
    if (model.collaborative) {
      const awareness = model.sharedModel.awareness;
      const ids = [...awareness.getStates().keys()].sort((a, b) => a - b);
      await new Promise(resolve => setTimeout(resolve, Math.min(ids.indexOf(awareness.clientID), MOST) * TURN));
    }
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

  putCells(remedied: IRemedied): boolean {
    return putCells(this.panel.context.model.sharedModel, remedied);
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

  /** Put a code cell below the active one, and go there. */
  insertCode(source: string): void {
    const { content, context } = this.panel;
    const index = content.activeCellIndex + 1;
    context.model.sharedModel.insertCell(index, { cell_type: 'code', source });
    this.show(index);
  }

  showBadge(): void {
    this.show(badgeIndex(this.panel.context.model.sharedModel));
  }

  /**
   * Wait until the server has saved a shared document, as it does a second after the last change. JupyterLab, asked to save it
   * meanwhile, finds a file that it did not know and asks which of the two is right.
   */
  private async _savedByServer(): Promise<void> {
    const until = Date.now() + (this.panel.context.model.collaborative ? SAVES : 0);
    while (this.isDirty && Date.now() < until) {
      await new Promise(resolve => setTimeout(resolve, LOOKS));
    }
  }

  /** Whether the file has all that is here: each window writes into the metadata what its kernel says of itself. */
  private async _isSameWork(): Promise<boolean> {
    const { path, model } = this.panel.context;
    const file = await this._files.get(path, { type: 'notebook', format: 'json', content: true });
    return hasSameCells(model.sharedModel, file.content);
  }
}

/** Whether a notebook has the cells of a file, but for the badge. */
function hasSameCells(notebook: ISharedNotebook, file: { cells: ICell[] }): boolean {
  const here = notebook.cells.filter(cell => !isBadge(cell)).map(cell => workOf(cell.toJSON() as unknown as ICell));
  const there = file.cells.filter(cell => !isBadgeJson(cell)).map(workOf);
  return JSONExt.deepEqual(here, there);
}

/** Return what a person, or a kernel for them, wrote into a cell, as a file would have it; whom a server trusts is its own. */
function workOf(cell: ICell): JSONObject {
  const { trusted, ...metadata } = cell.metadata;
  return JSON.parse(JSON.stringify({ ...cell, metadata }));
}

function promptOf(cell: unknown): number | null {
  return (cell as { execution_count?: number | null }).execution_count ?? null;
}
