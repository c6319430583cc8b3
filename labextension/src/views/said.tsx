/**
 * Descriptions: a stranger's, of which only the words are shown, and one's own as it will stand in the record.
 */
import { Sanitizer } from '@jupyterlab/apputils';
import * as React from 'react';
import { usePanel } from './context';
import { Link } from './controls';

/** What may stand in a description: words only. Links would lead away from JupyterLab, images ask other servers. */
const WORDS = ['p', 'br', 'b', 'strong', 'i', 'em', 'u', 'sub', 'sup', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'div', 'span'];
/** What one's own may have besides, still without a way out. */
const OWN = [...WORDS, 'a', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td'];
/** Characters of HTML from which on only the beginning of a description is shown. */
const LONG = 400;
/** Milliseconds without a key before the preview follows. */
const PAUSE = 300;

/** A stranger's description, without anything but words. */
export function Said(props: { html: string }): JSX.Element | null {
  const { trans } = usePanel();
  const [isLong, setLong] = React.useState(false);
  const clean = useClean(props.html, WORDS);
  if (!clean.trim()) {
    return null;
  }
  const isShort = clean.length > LONG && !isLong;
  return (
    <div className="zj-gap">
      <div className={`zj-said ${isShort ? 'is-short' : ''}`} dangerouslySetInnerHTML={{ __html: clean }} />
      {clean.length > LONG && (
        <Link aria-expanded={isLong} onClick={() => setLong(!isLong)}>
          {isLong ? trans.__('Less') : trans.__('More')}
        </Link>
      )}
    </div>
  );
}

/** Shows at will what becomes of a text in Markdown, as the server that will send it makes it. */
export function Seen(props: { text: string; id: string }): JSX.Element {
  const { trans, places } = usePanel();
  const { text, id } = props;
  const [isOpen, setOpen] = React.useState(false);
  const [html, setHtml] = React.useState('');
  React.useEffect(() => {
    if (!isOpen) {
      return;
    }
    let isCurrent = true;
    const show = (made: string) => isCurrent && setHtml(made);
    const ask = () => places.api.prose(text).then(answer => show(answer.html), () => show(''));
    const timer = setTimeout(() => void ask(), html ? PAUSE : 0);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [isOpen, text]);
  const clean = useClean(html, OWN);
  return (
    <>
      <Link aria-expanded={isOpen} aria-controls={isOpen ? `${id}-seen` : undefined} onClick={() => setOpen(!isOpen)}>
        {isOpen ? trans.__('Hide the preview') : trans.__('Preview')}
      </Link>
      {isOpen && (
        <div
          id={`${id}-seen`}
          role="region"
          aria-label={trans.__('Preview')}
          className="zj-card zj-said zj-seen"
          tabIndex={0}
          dangerouslySetInnerHTML={{ __html: clean }}
        />
      )}
    </>
  );
}

function useClean(html: string, allowedTags: string[]): string {
  return React.useMemo(() => new Sanitizer().sanitize(html, { allowedTags, allowedAttributes: {} }), [html]);
}
