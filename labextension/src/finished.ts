/**
 * A published version, as the last page shows it.
 */
import type { Api } from './api';
import type { IPlan, IPublished, IRecord } from './types';

/** A published version. */
export interface IFinished {
  record: IRecord;
  /** Name of the repository. */
  repository: string;
  citation: string;
  /** What was sent and compared just now; null for a version that was published before. */
  published: IPublished | null;
  /** Names of the fields that were changed just now in the record. */
  edited?: readonly string[];
}

/**
 * Find the record of a published version.
 *
 * @param plan What publishing would do: it knows where the notebook stands.
 * @param published What was published just now, if that was so.
 * @param before What was found the last time.
 */
export async function finishedOf(
  api: Pick<Api, 'resolve'>,
  { standing, repository: { name } }: Pick<IPlan, 'standing' | 'repository'>,
  published: IPublished | null,
  before: IFinished | null
): Promise<IFinished> {
  const { doi } = standing;
  if (published?.doi === doi) {
    return { record: published.record, repository: published.repository, citation: published.citation, published };
  }
  if (before?.record.doi === doi) {
    return before;
  }
  const { record, repository, citation = '' } = await api.resolve(doi, name);
  return { record, repository, citation, published: null };
}
