/**
 * The input of one plain value: text, date, choice.
 */
import { HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';
import { textOf } from '../form';
import type { IField, Json, JsonObject } from '../types';
import { usePanel } from './context';
import { Seen } from './said';
import { Suggest } from './suggest';

interface IInputProps {
  field: IField;
  id: string;
  value: Json | undefined;
  described: string;
  isWrong: boolean;
  onChange: (value: Json) => void;
  /** Said by screen readers where there is no label. */
  label?: string;
  /** Return what is kept of an item of the repository's list; its id otherwise. */
  keep?: (told: JsonObject) => Json;
}

export function Input(props: IInputProps): JSX.Element {
  const { field, value, onChange } = props;
  const common = {
    id: props.id,
    'aria-describedby': props.described || undefined,
    'aria-invalid': props.isWrong || undefined,
    'aria-required': field.required || undefined,
    'aria-label': props.label,
    className: `zj-in jp-mod-styled ${props.isWrong ? 'is-invalid' : ''}`
  };
  if (field.type === 'bool') {
    return <input {...common} className="" type="checkbox" checked={value === true} onChange={e => onChange(e.target.checked)} />;
  }
  if (field.choices) {
    return <Choice {...props} common={common} />;
  }
  if (field.vocabulary) {
    return <Offered {...props} common={common} value={textOf(value)} placeholder={field.example} />;
  }
  const text = { ...common, value: textOf(value), placeholder: field.example };
  if (field.type === 'html' || field.type === 'longtext') {
    return (
      <>
        <textarea {...text} rows={4} onChange={e => onChange(e.target.value)} />
        {field.type === 'html' && text.value.trim() && <Seen id={props.id} text={text.value} />}
      </>
    );
  }
  if (field.type === 'text' && field.required) {
    return <LongLine {...text} onChange={onChange} />;
  }
  return (
    <input
      {...text}
      type={field.type === 'date' ? 'date' : field.type === 'url' ? 'url' : 'text'}
      onChange={e => onChange(e.target.value)}
    />
  );
}

/** A text for which the repository's list offers what may be meant. */
function Offered(props: IInputProps & { value: string; common: object; placeholder?: string }): JSX.Element {
  const { field, id, value, common, placeholder, keep, onChange } = props;
  return (
    <Suggest
      {...common}
      id={id}
      vocabulary={field.vocabulary ?? ''}
      value={value}
      placeholder={placeholder}
      onText={onChange}
      onChoose={({ value: told }) => onChange(keep ? keep(told) : told.id)}
    />
  );
}

/** One line that may be longer than the panel is wide, such as a title. */
function LongLine({
  onChange,
  ...rest
}: Omit<React.TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange'> & { onChange: (value: Json) => void }): JSX.Element {
  return (
    <textarea
      {...rest}
      rows={1}
      className={`${rest.className} zj-in-line`}
      onKeyDown={e => e.key === 'Enter' && e.preventDefault()}
      onChange={e => onChange(e.target.value.replace(/\s*\n\s*/g, ' '))}
    />
  );
}

/** A choice from a list; where the list is open, anything else can be written. */
function Choice(props: IInputProps & { common: React.HTMLAttributes<HTMLElement> & { className: string } }): JSX.Element {
  const { trans } = usePanel();
  const { field, onChange, common } = props;
  const value = textOf(props.value) || field.default || '';
  const choices = field.choices ?? [];
  const isOther = value !== '' && !choices.some(choice => choice.id === value);
  const [wantsOther, setWantsOther] = React.useState(false);
  const writes = !!field.open && (isOther || wantsOther);
  const options = [
    { value: '', label: field.required ? trans.__('Choose …') : '—' },
    ...choices.map(choice => ({ value: choice.id, label: choice.label })),
    ...(field.open ? [{ value: OTHER, label: trans.__('Another …') }] : isOther ? [{ value, label: value }] : [])
  ];
  return (
    <>
      <HTMLSelect
        {...common}
        value={writes ? OTHER : value}
        options={options}
        onChange={event => {
          const chosen = event.target.value;
          setWantsOther(chosen === OTHER);
          onChange(chosen === OTHER ? '' : chosen);
        }}
      />
      {field.notes?.[value] && <p className="zj-hint">{field.notes[value]}</p>}
      {writes && (
        <Offered
          {...props}
          id={`${props.id}-other`}
          value={value}
          placeholder={field.vocabulary ? trans.__('Search, or write its id') : trans.__('Its id')}
          common={{
            className: `${common.className} zj-gap-s`,
            'aria-label': trans.__('%1, another one', props.label ?? field.label)
          }}
        />
      )}
    </>
  );
}

/** Stands for a choice that is not in the list. */
const OTHER = '\u2026';
