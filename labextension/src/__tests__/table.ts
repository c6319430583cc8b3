import type { IField } from '../types';

/** A small field table, with one row of each kind. */
export const TABLE: IField[] = [
  { name: 'title', label: 'Title', help: '', type: 'text', group: 'Basics', path: 'metadata.title', required: true, essential: true },
  {
    name: 'creators',
    label: 'Authors',
    help: 'Who made it.',
    type: 'group',
    group: 'Basics',
    path: 'metadata.creators',
    required: true,
    essential: true,
    repeat: true,
    fields: [
      {
        name: 'type',
        label: 'Kind',
        help: '',
        type: 'choice',
        path: 'person_or_org.type',
        default: 'personal',
        required: true,
        choices: [
          { id: 'personal', label: 'Person' },
          { id: 'organizational', label: 'Organisation' }
        ]
      },
      { name: 'family_name', label: 'Family name', help: '', type: 'text', path: 'person_or_org.family_name', when: ['type', 'personal'], required: true },
      { name: 'given_name', label: 'Given names', help: '', type: 'text', path: 'person_or_org.given_name', when: ['type', 'personal'] },
      { name: 'name', label: 'Name', help: '', type: 'text', path: 'person_or_org.name', when: ['type', 'organizational'], required: true },
      { name: 'orcid', label: 'ORCID iD', help: '', type: 'text', path: 'person_or_org.identifiers[orcid].identifier' },
      { name: 'gnd', label: 'GND', help: '', type: 'text', path: 'person_or_org.identifiers[gnd].identifier' }
    ]
  },
  {
    name: 'rights',
    label: 'Licences',
    help: '',
    type: 'group',
    group: 'Basics',
    path: 'metadata.rights',
    essential: true,
    repeat: true,
    key: 'id',
    fields: [{ name: 'id', label: 'Licence', help: '', type: 'choice', path: 'id', open: true, choices: [{ id: 'mit', label: 'MIT License' }] }]
  },
  {
    name: 'subjects',
    label: 'Keywords',
    help: '',
    type: 'group',
    group: 'Basics',
    path: 'metadata.subjects',
    essential: true,
    repeat: true,
    key: 'id',
    separator: '\\s*[,;]\\s*',
    fields: [{ name: 'id', label: 'Subject', help: '', type: 'text', path: 'id' }]
  },
  { name: 'access', label: 'Access', help: '', type: 'group', group: 'Where', path: 'access', essential: true, fields: [] },
  { name: 'copyright', label: 'Copyright', help: '', type: 'text', group: 'Rights', path: 'metadata.copyright' },
  { name: 'journal', label: 'Journal', help: '', type: 'group', group: 'Publication', path: 'custom_fields.journal:journal', fields: [{ name: 'issn', label: 'ISSN', help: '', type: 'text', path: 'issn' }] }
];
