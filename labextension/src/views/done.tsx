/**
 * The last page: DOI, badge, citation, links.
 */
import { launchIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { isEmbedded, isPractice } from '../places';
import { useNotebook, usePanel } from './context';
import { Away, Badge, CopyButton, Icon, Link, Note } from './controls';
import { citationOf } from './words';

export function Done(): JSX.Element {
  const { trans, places } = usePanel();
  const { model, notebook, reveal } = useNotebook();
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
            {record.concept_doi && (
              <li className="zj-sub zj-small">
                {trans.__('All versions:')} <span className="zj-mono">{record.concept_doi}</span>
              </li>
            )}
          </ul>
          <p className="zj-sub zj-small zj-gap2">
            {trans.__('Change a cell or a file, and the next version is offered here.')}{' '}
            <Link onClick={() => model.turn('edit')}>{trans.__('Files and details')}</Link>
          </p>
          <p className="zj-sub zj-small zj-gap">
            {trans.__('Something wrong in the words?')}{' '}
            <Link onClick={() => reveal('about')}>{trans.__('Edit the description')}</Link>
          </p>
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
