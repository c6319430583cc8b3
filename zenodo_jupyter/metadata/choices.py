"""The small vocabularies: what a field may be set to, with words for people.

The ids are those that InvenioRDM 14 ships and Zenodo uses (Zenodo's addition: the description type ``notes``); licences
are SPDX ids in lower case, languages ISO 639-3. Of the long vocabularies (licences, languages, programming languages) only
the commonest are here, for a form to offer at once: the repository's own search has the rest, and the last word.
"""

from __future__ import annotations

Choices = tuple[tuple[str, str], ...]


def _read(text: str) -> Choices:
    """Read lines of ``id label``."""
    pairs = (line.split(maxsplit=1) for line in text.strip().splitlines())
    return tuple((key, label) for key, label in pairs)


RESOURCE_TYPES = _read("""
software-computationalnotebook Computational notebook
software Software
dataset Dataset
workflow Workflow
model Model
lesson Lesson
presentation Presentation
poster Poster
publication Publication
publication-annotationcollection Publication: annotation collection
publication-book Publication: book
publication-section Publication: book chapter
publication-conferencepaper Publication: conference paper
publication-conferenceproceeding Publication: conference proceeding
publication-datamanagementplan Publication: output management plan
publication-journal Publication: journal
publication-article Publication: journal article
publication-patent Publication: patent
publication-peerreview Publication: peer review
publication-preprint Publication: preprint
publication-deliverable Publication: project deliverable
publication-milestone Publication: project milestone
publication-proposal Publication: proposal
publication-report Publication: report
publication-softwaredocumentation Publication: software documentation
publication-taxonomictreatment Publication: taxonomic treatment
publication-technicalnote Publication: technical note
publication-workingpaper Publication: working paper
publication-datapaper Publication: data paper
publication-dissertation Publication: thesis
publication-standard Publication: standard
publication-studyregistration Publication: study registration
publication-other Publication: other
image Image
image-figure Image: figure
image-plot Image: plot
image-drawing Image: drawing
image-diagram Image: diagram
image-photo Image: photo
image-other Image: other
video Video
audio Audio
event Event
instrument Instrument
physicalobject Physical object
project Project
other Other
""")

TITLE_TYPES = _read("""
subtitle Subtitle
alternative-title Alternative title
translated-title Translated title
other Other
""")

DESCRIPTION_TYPES = _read("""
abstract Abstract
methods Methods
notes Notes
series-information Series information
table-of-contents Table of contents
technical-info Technical info
other Other
""")

DATE_TYPES = _read("""
collected Collected
created Created
coverage Coverage
accepted Accepted
available Available
copyrighted Copyrighted
issued Issued
submitted Submitted
updated Updated
valid Valid
withdrawn Withdrawn
other Other
""")

ROLES = _read("""
contactperson Contact person
datacollector Data collector
datacurator Data curator
datamanager Data manager
distributor Distributor
editor Editor
hostinginstitution Hosting institution
producer Producer
projectleader Project leader
projectmanager Project manager
projectmember Project member
registrationagency Registration agency
registrationauthority Registration authority
relatedperson Related person
researcher Researcher
researchgroup Research group
rightsholder Rights holder
sponsor Sponsor
supervisor Supervisor
translator Translator
workpackageleader Work package leader
other Other
""")

#: Each is read as "this record … that work".
RELATION_TYPES = _read("""
issupplementto Is supplement to
issupplementedby Is supplemented by
isderivedfrom Is derived from
issourceof Is source of
cites Cites
iscitedby Is cited by
references References
isreferencedby Is referenced by
isdescribedby Is described by
describes Describes
isdocumentedby Is documented by
documents Documents
ispartof Is part of
haspart Has part
ispublishedin Is published in
requires Requires
isrequiredby Is required by
isnewversionof Is new version of
ispreviousversionof Is previous version of
isversionof Is version of
hasversion Has version
isidenticalto Is identical to
isvariantformof Is variant form of
isoriginalformof Is original form of
continues Continues
iscontinuedby Is continued by
compiles Compiles
iscompiledby Is compiled by
reviews Reviews
isreviewedby Is reviewed by
obsoletes Obsoletes
isobsoletedby Is obsoleted by
istranslationof Is translation of
hastranslation Has translation
collects Collects
iscollectedby Is collected by
hasmetadata Has metadata
ismetadatafor Is metadata for
other Other
""")

#: Schemes of InvenioRDM's ``RDM_RECORDS_IDENTIFIERS_SCHEMES``, with the label that its messages use.
SCHEMES = _read("""
doi DOI
url URL
arxiv arXiv
handle Handle
isbn ISBN
issn ISSN
pmid PMID
ads Bibcode
ark ARK
crossreffunderid Crossref Funder ID
cstr CSTR
ean13 EAN13
eissn EISSN
grid GRID
igsn IGSN
isni ISNI
istc ISTC
lissn LISSN
lsid LSID
purl PURL
rrid RRID
upc UPC
urn URN
w3id W3ID
wikidata Wikidata
other Other
""")

DEVELOPMENT_STATUS = _read("""
concept Concept
wip Work in progress
active Active
inactive Inactive
suspended Suspended
unsupported Unsupported
abandoned Abandoned
moved Moved
""")

PROGRAMMING_LANGUAGES = _read("""
python Python
r R
julia Julia
jupyter_notebook Jupyter Notebook
matlab MATLAB
c C
c++ C++
fortran Fortran
java Java
javascript JavaScript
rust Rust
go Go
shell Shell
sql SQL
scala Scala
haskell Haskell
""")

LICENSES = _read("""
cc-by-4.0 Creative Commons Attribution 4.0 (CC BY 4.0)
mit MIT License
cc0-1.0 Creative Commons Zero 1.0 (CC0, public domain)
bsd-3-clause BSD 3-Clause License
apache-2.0 Apache License 2.0
gpl-3.0-or-later GNU General Public License 3.0 or later
cc-by-sa-4.0 Creative Commons Attribution Share Alike 4.0
cc-by-nc-4.0 Creative Commons Attribution Non Commercial 4.0
cc-by-nc-sa-4.0 Creative Commons Attribution Non Commercial Share Alike 4.0
cc-by-nd-4.0 Creative Commons Attribution No Derivatives 4.0
cc-by-nc-nd-4.0 Creative Commons Attribution Non Commercial No Derivatives 4.0
cc-by-3.0 Creative Commons Attribution 3.0
cc-by-sa-3.0 Creative Commons Attribution Share Alike 3.0
odbl-1.0 Open Database License 1.0
odc-by-1.0 Open Data Commons Attribution License 1.0
pddl-1.0 Open Data Commons Public Domain Dedication 1.0
cdla-permissive-1.0 Community Data License Agreement Permissive 1.0
bsd-2-clause BSD 2-Clause License
isc ISC License
mpl-2.0 Mozilla Public License 2.0
gpl-3.0-only GNU General Public License 3.0 only
gpl-2.0-or-later GNU General Public License 2.0 or later
gpl-2.0-only GNU General Public License 2.0 only
lgpl-3.0-or-later GNU Lesser General Public License 3.0 or later
lgpl-3.0-only GNU Lesser General Public License 3.0 only
lgpl-2.1-or-later GNU Lesser General Public License 2.1 or later
lgpl-2.1-only GNU Lesser General Public License 2.1 only
agpl-3.0-or-later GNU Affero General Public License 3.0 or later
agpl-3.0-only GNU Affero General Public License 3.0 only
eupl-1.2 European Union Public License 1.2
epl-2.0 Eclipse Public License 2.0
cecill-2.1 CeCILL Free Software License Agreement 2.1
cecill-b CeCILL-B Free Software License Agreement
artistic-2.0 Artistic License 2.0
bsl-1.0 Boost Software License 1.0
unlicense The Unlicense
zlib zlib License
0bsd BSD Zero Clause License
psf-2.0 Python Software Foundation License 2.0
etalab-2.0 Etalab Open License 2.0
ogl-uk-3.0 Open Government Licence 3.0
""")

# ISO 639-1 code, ISO 639-3 code, name.
_LANGUAGES = _read("""
en eng English
zh zho Chinese
es spa Spanish
fr fra French
de deu German
pt por Portuguese
ru rus Russian
ja jpn Japanese
it ita Italian
ar ara Arabic
nl nld Dutch
pl pol Polish
tr tur Turkish
ko kor Korean
id ind Indonesian
uk ukr Ukrainian
cs ces Czech
sv swe Swedish
da dan Danish
no nor Norwegian
fi fin Finnish
el ell Greek
hu hun Hungarian
ro ron Romanian
ca cat Catalan
hr hrv Croatian
sr srp Serbian
sk slk Slovak
sl slv Slovenian
bg bul Bulgarian
et est Estonian
lv lav Latvian
lt lit Lithuanian
is isl Icelandic
ga gle Irish
eu eus Basque
he heb Hebrew
hi hin Hindi
bn ben Bengali
fa fas Persian
vi vie Vietnamese
th tha Thai
la lat Latin
eo epo Esperanto
""")

LANGUAGES: Choices = tuple((row.split()[0], row.split(maxsplit=1)[1]) for _, row in _LANGUAGES)
#: The two-letter codes that people type for them.
TWO_LETTERS = {two: row.split()[0] for two, row in _LANGUAGES}

ACCESS = _read("""
public Public: everyone may read
restricted Restricted: people you choose may read
""")

PERSON_OR_ORGANISATION = _read("""
personal Person
organizational Organisation
""")
