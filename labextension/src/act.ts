/**
 * One publication under way: started once, followed to its end, its badge put into the open notebook.
 */
import { Signal } from '@lumino/signaling';
import { ApiError, type Api } from './api';
import { follow, isActive } from './following';
import type { IDeposit, IJob, IPublished, IPublishing, IRemedied, IStamp } from './types';

/** The open notebook, as far as publishing goes; `document.ts` is the real one. */
export interface IDocument {
  /** Contents path, without a drive. */
  readonly path: string;
  readonly isDirty: boolean;
  readonly isReadOnly: boolean;
  readonly isDisposed: boolean;
  /** Settles when the content is there. */
  readonly ready: Promise<void>;
  readonly deposit: IDeposit | null;
  /** What is in it now, as its file would have it. */
  readonly content: unknown;
  save(): Promise<void>;
  /** Take over what is on the disk, where that is newer and has all that is here: another window saved the same notebook. */
  catchUp(): Promise<void>;
  /** Wait for other browsers on the same shared document that are to write first what all of them would write. */
  myTurn(): Promise<void>;
  hasStamp(stamp: IStamp): boolean;
  /** Put badge and Deposit in; changes nothing where they are. */
  putStamp(stamp: IStamp): void;
  /** Put the cells of a remedy in, unless one of them was changed meanwhile; whether that was done. */
  putCells(remedied: IRemedied): boolean;
}

const NOT_SAVED = {
  error: 'NotSaved',
  message: 'The notebook is not saved, and only what is saved can be looked at and published.',
  hint: 'Save it, then look again.'
};

/** Do something while no other window of this browser does it; browsers offer that on https and on this machine only. */
async function alone(name: string, work: () => Promise<void>): Promise<void> {
  await (globalThis.navigator?.locks?.request(name, work) ?? work());
}

/** The publication of one notebook. */
export class Act {
  readonly changed = new Signal<this, void>(this);
  job: IJob | null = null;
  /** Between the click and the server's answer. */
  isStarting = false;
  /** Whether the server does not answer at the moment. */
  isWaiting = false;
  /** Whether it is us who are saving the notebook. */
  isSaving = false;

  constructor(
    private _document: IDocument,
    private _api: Pick<Api, 'publish' | 'job' | 'cancel' | 'stamped'>
  ) {}

  get isActive(): boolean {
    return this.isStarting || isActive(this.job);
  }

  /** What the job made, once it is done. */
  get published(): IPublished | null {
    return this.job?.state === 'done' ? (this.job.result as unknown as IPublished) : null;
  }

  /**
   * Save the notebook, start the job and follow it to its end.
   *
   * @returns The job as it ended; null where one was under way already, as after a second click.
   */
  async start(order: IPublishing): Promise<IJob | null> {
    if (this.isActive) {
      return null;
    }
    this.isStarting = true;
    this._tell(null);
    try {
      await this.save();
      this.job = await this._api.publish(order);
    } finally {
      this.isStarting = false;
      this.changed.emit();
    }
    return this.watch(this.job);
  }

  /** Follow a job to its end, and put its badge in. */
  async watch(job: IJob): Promise<IJob> {
    this._tell(job);
    const ended = await follow(this._api, job, news => this._tell(news ?? this.job, !news), this._watching.signal);
    this._tell(ended);
    const stamp = this.published?.stamp;
    if (stamp) {
      await this.stamp(stamp);
    }
    return ended;
  }

  async cancel(): Promise<void> {
    if (this.job) {
      this._tell(await this._api.cancel(this.job.id));
    }
  }

  /** Forget how the last job ended. */
  forget(): void {
    this._tell(null);
  }

  /** Put badge and Deposit in, save, and tell the server; where the notebook was closed, that is done when it is opened. */
  async stamp(stamp: IStamp): Promise<void> {
    await this._document.ready;
    if (this._document.isDisposed || this._document.isReadOnly) {
      return;
    }
    await this._document.myTurn();
    await alone(`zenodo-jupyter:${this._document.path}`, async () => {
      await this._document.catchUp();
      this._document.putStamp(stamp);
      await this.save();
      await this._api.stamped(this._document.path, stamp.act);
    });
  }

  /** Save what the server is to see. */
  async save(): Promise<void> {
    if (this._document.isDirty && !this._document.isReadOnly && !this._document.isDisposed) {
      this.isSaving = true;
      try {
        await this._document.save();
      } catch {
        // JupyterLab has said why, or asked, and the person pressed Cancel.
        throw new ApiError(NOT_SAVED, 0);
      } finally {
        this.isSaving = false;
      }
    }
  }

  /** Stop watching. What runs on the server goes on. */
  dispose(): void {
    this._watching.abort();
    Signal.clearData(this);
  }

  private _tell(job: IJob | null, isWaiting = false): void {
    this.job = job;
    this.isWaiting = isWaiting;
    this.changed.emit();
  }

  private _watching = new AbortController();
}
