/**
 * The open notebooks with their models, and the one that is in front.
 */
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import type { IStateDB } from '@jupyterlab/statedb';
import { Signal } from '@lumino/signaling';
import { Api } from './api';
import { OpenNotebook } from './document';
import { Kept } from './memory';
import { NotebookModel } from './model';
import { Places } from './places';
import type { Settings } from './settings';
import type { IPublished } from './types';

/** An open notebook with its model. */
export interface IFollowed {
  readonly notebook: OpenNotebook;
  readonly model: NotebookModel;
}

/** What is known of all open notebooks. */
export class Session {
  /** Emitted when another notebook comes to the front, and when something changes in the one that is there. */
  readonly changed = new Signal<this, void>(this);
  /** Emitted when the notebook in front was saved by the person. */
  readonly saved = new Signal<this, NotebookModel>(this);
  readonly places = new Places(new Api());

  constructor(
    private _tracker: INotebookTracker,
    private _files: Contents.IManager,
    state: IStateDB | null,
    settings: Settings
  ) {
    this._memory = new Kept(state);
    const prefer = () => this.places.prefer(settings.now.repository);
    settings.changed.connect(prefer);
    prefer();
    _tracker.forEach(panel => this._add(panel));
    _tracker.widgetAdded.connect((_, panel) => this._add(panel));
    _tracker.currentChanged.connect(() => this.changed.emit());
  }

  get current(): IFollowed | null {
    const panel = this._tracker.currentWidget;
    return (panel && this._followed.get(panel)) ?? null;
  }

  /**
   * Publish an open notebook without showing anything, with the person's consent.
   *
   * @param to Name of the repository; null for the one that the notebook is on, or the default one.
   * @throws Error When it cannot be published, or it failed.
   */
  async publish(panel: NotebookPanel, to: string | null): Promise<IPublished> {
    const { model } = this._followed.get(panel)!;
    await model.recall();
    if (to) {
      model.order.publishTo(to);
    }
    await model.look();
    if (model.obstacle) {
      const wrong = [...model.blockers.map(finding => finding.message), ...[...model.faults.values()].flat()];
      throw new Error(wrong.join(' ') || `A token is missing for ${this.places.repository(model.order.chosen.to)?.title}.`);
    }
    await model.publish(true);
    if (!model.act.published) {
      throw new Error(model.act.job?.error?.message ?? model.problem?.message ?? 'It was not published.');
    }
    return model.act.published;
  }

  private _add(panel: NotebookPanel): void {
    const notebook = new OpenNotebook(panel, this._files);
    const model = new NotebookModel(notebook, this.places, this._memory);
    this._followed.set(panel, { notebook, model });
    model.changed.connect(() => {
      if (this.current?.model === model) {
        this.changed.emit();
      }
    });
    panel.context.pathChanged.connect(() => model.renamed());
    panel.context.fileChanged.connect(() => {
      if (model.plan && !model.act.isSaving) {
        this.saved.emit(model);
      }
    });
    void panel.context.ready.then(() => panel.context.model?.contentChanged.connect(() => model.onTyped()));
    panel.disposed.connect(() => {
      this._followed.delete(panel);
      model.dispose();
      this.changed.emit();
    });
    void model.recall();
    this.changed.emit();
  }

  private _memory: Kept;
  private _followed = new Map<NotebookPanel, IFollowed>();
}
