/**
 * Words that several views say: sizes, dates, where a notebook stands.
 */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { NotebookModel } from '../model';
import type { ApiError } from '../api';
import type { IErrorBody, IProgress, IRecord, IStanding } from '../types';

/** An error, or its body as a job has it. */
export type Told = ApiError | IErrorBody;

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];

/** Return a size as people read it, in powers of 1000. */
export function sizeOf(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  const digits = power < 2 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const unitDisplay = power === 0 ? 'long' : 'short';
  return new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: UNITS[power],
    unitDisplay,
    maximumFractionDigits: digits
  }).format(value);
}

/** Return a date in words. */
export function dateOf(text: string): string {
  const date = new Date(text);
  return isNaN(date.getTime()) ? text : date.toLocaleDateString(undefined, { dateStyle: 'long' });
}

/** Return how long ago something was. */
export function agoOf(date: Date): string {
  const seconds = (date.getTime() - Date.now()) / 1000;
  const [unit, length] = ([['day', 86400], ['hour', 3600], ['minute', 60]] as const).find(
    ([, least]) => -seconds >= least
  ) ?? ['second' as const, 1];
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  return words.format(unit === 'second' ? 0 : Math.round(seconds / length), unit);
}

/** Return how much is done, from 0 to 1; null where it cannot be counted. */
export function shareOf(progress: IProgress | null): number | null {
  return progress?.total ? Math.min(1, (progress.done ?? 0) / progress.total) : null;
}

/** Return how many files are through, how fast it goes and how long it takes, as far as each is known. */
export function paceOf(progress: IProgress, trans: TranslationBundle): string {
  const { files_done, files_total, files_there, rate, seconds_left } = progress;
  return [
    (files_total ?? 0) > 1 && trans.__('%1 of %2 files', files_done ?? 0, files_total!),
    !!files_total && !!files_there && trans.__('%1 there already', files_there),
    rate !== null && trans.__('%1/s', sizeOf(rate)),
    seconds_left !== null && trans.__('%1 left', durationOf(seconds_left))
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Return a time to come as people say it, no more exact than it can be known. */
export function durationOf(seconds: number): string {
  const [unit, length] = seconds < 99 ? (['second', 1] as const) : seconds < 5940 ? (['minute', 60] as const) : (['hour', 3600] as const);
  const maximumFractionDigits = unit === 'hour' ? 1 : 0;
  return new Intl.NumberFormat(undefined, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits }).format(seconds / length);
}

export function percentOf(share: number): string {
  return new Intl.NumberFormat(undefined, { style: 'percent' }).format(Math.floor(share * 100) / 100);
}

/** Say why nothing can be said of a group. */
export function unknownOf(model: NotebookModel, trans: TranslationBundle): string {
  return model.isLooking ? trans.__('Looking …') : trans.__('not known yet');
}

/** Say what changed since a version. */
export function changesOf(standing: IStanding, trans: TranslationBundle): string {
  const files = standing.changed_files.length;
  const cellWords = trans._n('%1 cell', '%1 cells', standing.changed_cells);
  const fileWords = trans._n('%1 file', '%1 files', files);
  if (standing.changed_cells && files) {
    return trans.__('%1 and %2', cellWords, fileWords);
  }
  return standing.changed_cells ? cellWords : files ? fileWords : trans.__('perhaps something');
}

/** Say where a notebook stands, in one line. */
export function standingOf(model: NotebookModel, trans: TranslationBundle): string {
  const { standing, act } = model;
  const share = shareOf(act.job?.progress ?? null);
  if (model.mark === 'uploading') {
    return act.job?.progress?.step === 'upload' && share !== null
      ? trans.__('Uploading, %1', percentOf(share))
      : trans.__('Publishing');
  }
  if (model.mark === 'stopped') {
    return share !== null && share < 1
      ? trans.__('Stopped at %1, can be resumed', percentOf(share))
      : trans.__('Stopped, can be resumed');
  }
  if (standing?.state === 'published' && model.plan?.redescribed) {
    return trans.__('Published, version %1 · only its description changed here', standing.next_index - 1);
  }
  if (model.mark === 'draft' && standing?.state !== 'foreign' && standing?.state !== 'stopped') {
    return trans.__('Draft on this computer');
  }
  return standing ? wordsOf(standing, trans) : trans.__('Never published');
}

/** Say where a notebook stands that is not open, in one line. */
export function wordsOf(standing: IStanding, trans: TranslationBundle): string {
  switch (standing.state) {
    case 'published':
      return trans.__('Published, version %1, unchanged', standing.next_index - 1);
    case 'changed':
      return trans.__('Published, version %1 · %2 changed since', standing.next_index - 1, changesOf(standing, trans));
    case 'waiting':
    case 'declined':
      return standing.words;
    case 'stopped':
      return standing.anonymous
        ? trans.__('Draft, without names')
        : standing.saved
          ? trans.__('Draft, its DOI is reserved')
          : trans.__('Stopped, can be resumed');
    case 'foreign':
      return trans.__('A copy of another record');
    default:
      return trans.__('Never published');
  }
}

/** Say what went wrong: what the server said, or in words of ours where it is the front end that could not do it. */
export function wrongOf(error: Told, trans: TranslationBundle): { message: string; hint: string } {
  switch ('error' in error ? error.error : 'name' in error && error.status === 0 ? error.name : '') {
    case 'NoAnswer':
      return { message: trans.__('The Jupyter server does not answer.'), hint: '' };
    case 'NotSaved':
      return {
        message: trans.__('The notebook is not saved, and only what is saved can be looked at and published.'),
        hint: trans.__('Save it, then look again.')
      };
    case 'CellChanged':
      return {
        message: trans.__('The cell was changed at the same time, so it was left as it is.'),
        hint: trans.__('Try again.')
      };
    default:
      return error;
  }
}

/** Return the authors as a line. */
export function authorsOf(record: IRecord): string {
  const creators = (record.metadata.creators ?? []) as any[];
  return creators.map(creator => creator?.person_or_org?.name ?? '').join('; ');
}

/** Return how to cite a record, where its repository did not say. */
export function citationOf(record: IRecord, link: string): string {
  const { publication_date: date, publisher } = record.metadata as { [name: string]: string | undefined };
  const version = record.version ? ` (${record.version})` : '';
  const year = (date ?? record.created).slice(0, 4);
  return `${authorsOf(record)} (${year}). ${record.title}${version}. ${publisher ?? ''}. ${link}`.replace('. . ', '. ');
}
