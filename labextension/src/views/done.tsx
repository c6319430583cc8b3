/**
 * The last page: DOI, badge, citation, links.
 */
import { launchIcon, runIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { binderOf, daysToRepair, isEmbedded, isPractice } from '../places';
import { readersOf } from './access';
import { useNotebook, usePanel } from './context';
import { Away, Badge, CopyButton, Icon, Link, Note } from './controls';
import { authorsOf, citationOf } from './words';

export function Done(): JSX.Element {
  const { trans, places } = usePanel();
  const { model, notebook } = useNotebook();
  const { record, repository, citation, published, edited } = model.finished!;
  const labels = places.fields.filter(field => edited?.includes(field.name)).map(field => field.label);
  const row = places.repository(repository);
  const page = places.api.landingPage(row, record);
  const practice = isPractice(row, record.doi);
  const link = practice ? page : `https://doi.org/${record.doi}`;
  // The embedded repository's own address answers only while it is served; its pages are here, behind Jupyter's login.
  const told = citation.replace(record.html_url, () => page);
  const cited = told || citationOf(record, practice ? `doi:${record.doi}` : link);
  const badge = published?.stamp?.badge;
  const binder = readersOf(model.value('access')) === 'everyone' ? binderOf(row, record) : '';
  return (
    <>
      <div className="zj-body">
        <div className="zj-pad">
          {published?.unchanged && (
            <Note voice="info" title={trans.__('Nothing changed since')}>
              <p>{trans.__('No new version was made: this one has all of it.')}</p>
            </Note>
          )}
          {published && !published.unchanged && (
            <Note voice="ok" title={row?.practice ? trans.__('Published for practice, and every file arrived unchanged') : trans.__('Public, and every file arrived unchanged')}>
              <p>
                {trans._n('%1 file read back and compared.', '%1 files read back and compared.', record.files.length)}{' '}
                {notebook.isReadOnly ? (
                  trans.__('The badge stands in the published copy; this notebook is read-only.')
                ) : (
                  <>
                    {trans.__('The badge stands in this notebook.')}{' '}
                    <Link onClick={() => notebook.showBadge()}>{trans.__('Show')}</Link>
                  </>
                )}
              </p>
            </Note>
          )}
          {edited && (
            <Note voice="ok" title={trans.__('The description is changed, under the same DOI')} role="status" id="zj-edited">
              <p>{labels.join(', ')}</p>
            </Note>
          )}
          <div className="zj-centre zj-gap2">
            <Badge doi={record.doi ?? ''} href={link} isPractice={practice} />
            <div className="zj-row zj-gap">
              <CopyButton text={link}>{trans.__('Copy link')}</CopyButton>
              {badge && <CopyButton text={badge}>{trans.__('Copy badge')}</CopyButton>}
              {row && !isEmbedded(row) && (
                <CopyButton text={trans.__('“%1” by %2, with its notebook, data and results: %3', record.title, authorsOf(record), link)}>
                  {trans.__('Copy a text to share')}
                </CopyButton>
              )}
            </div>
          </div>
          <h3 className="zj-head zj-gap2">{trans.__('Cite')}</h3>
          <p className="zj-card zj-cite">{cited}</p>
          <ul className="zj-links">
            <li>
              <Away href={page} className="zj-ilink">
                <Icon icon={launchIcon} />
                <span>
                  {row && isEmbedded(row)
                    ? trans.__('Open the record')
                    : trans.__('Open the record on %1', row?.title ?? repository)}
                </span>
              </Away>
            </li>
            {binder && (
              <li>
                <Away href={binder} className="zj-ilink">
                  <Icon icon={runIcon} />
                  <span>{trans.__('Launch on Binder')}</span>
                </Away>
              </li>
            )}
            {record.concept_doi && (
              <li className="zj-sub zj-small">
                {trans.__('All versions:')} <span className="zj-mono">{record.concept_doi}</span>
              </li>
            )}
          </ul>
          <Wrong page={page} />
        </div>
      </div>
      <div className="zj-foot">
        <div className="zj-acts">
          <CopyButton text={cited} kind="main" className="zj-btn-wide zj-primary">
            {trans.__('Copy citation')}
          </CopyButton>
        </div>
      </div>
    </>
  );
}

/** What can be done if something is wrong, from the least to the most. */
function Wrong(props: { page: string }): JSX.Element {
  const { trans, places } = usePanel();
  const { model, reveal } = useNotebook();
  const { record, repository } = model.finished!;
  const row = places.repository(repository);
  const days = row ? daysToRepair(row, record) : 0;
  return (
    <>
      <h3 className="zj-head zj-gap2">{trans.__('Something wrong, or something new?')}</h3>
      <ul className="zj-ways zj-small">
        <li>
          <Link onClick={() => reveal('about')}>{trans.__('Edit the description')}</Link>{' '}
          <span className="zj-sub">{trans.__('under the same DOI')}</span>
        </li>
        {row && days > 0 && (
          <li>
            <Away href={props.page}>{trans.__('Exchange files on %1', row.title)}</Away>{' '}
            <span className="zj-sub">
              {trans._n('under the same DOI, for %1 more day', 'under the same DOI, for %1 more days', days)}
            </span>
          </li>
        )}
        <li>
          <Link onClick={() => model.turn('edit')}>{trans.__('Files and details')}</Link>{' '}
          <span className="zj-sub">{trans.__('change a cell or a file, and a new version is offered, with a DOI of its own')}</span>
        </li>
      </ul>
    </>
  );
}
