"""Names that the old dialect spells otherwise."""

from __future__ import annotations

_RELATIONS = (
    "isCitedBy cites isSupplementTo isSupplementedBy isContinuedBy continues isDescribedBy describes hasMetadata "
    "isMetadataFor hasVersion isVersionOf isNewVersionOf isPreviousVersionOf isPartOf hasPart isPublishedIn "
    "isReferencedBy references isDocumentedBy documents isCompiledBy compiles isVariantFormOf isOriginalFormOf "
    "isIdenticalTo isReviewedBy reviews isDerivedFrom isSourceOf isRequiredBy requires isObsoletedBy obsoletes"
)
#: DataCite's spelling of relations; natively they are the same in small letters.
RELATIONS = {name.lower(): name for name in _RELATIONS.split()}
#: The relation that is natively no relation but another identifier of the same work.
ALTERNATE = "isAlternateIdentifier"
_ROLES = (
    "ContactPerson DataCollector DataCurator DataManager Distributor Editor HostingInstitution Producer "
    "ProjectLeader ProjectManager ProjectMember RegistrationAgency RegistrationAuthority RelatedPerson Researcher "
    "ResearchGroup RightsHolder Sponsor Supervisor WorkPackageLeader Other"
)
#: DataCite's spelling of contributors' roles.
ROLES = {name.lower(): name for name in _ROLES.split()}
#: Fields of a deposition that are natively parts of a custom field: custom field → part → name.
CUSTOM = {
    "journal:journal": {
        "title": "journal_title",
        "volume": "journal_volume",
        "issue": "journal_issue",
        "pages": "journal_pages",
    },
    "meeting:meeting": {
        "title": "conference_title",
        "acronym": "conference_acronym",
        "dates": "conference_dates",
        "place": "conference_place",
        "url": "conference_url",
        "session": "conference_session",
        "session_part": "conference_session_part",
    },
    "imprint:imprint": {
        "title": "partof_title",
        "pages": "partof_pages",
        "isbn": "imprint_isbn",
        "place": "imprint_place",
    },
    "thesis:thesis": {"university": "thesis_university"},
}
#: Where a draft keeps what only the old dialect has: communities by their slug, and subjects that are not keywords.
COMMUNITIES, SUBJECTS = "legacy:communities", "legacy:subjects"
#: Old ids of funders (Crossref's) and new ones (ROR's), as far as funders are shipped with Zenodo's grants.
FUNDERS = {
    "10.13039/501100001665": "00rbzpz17",
    "10.13039/501100002341": "05k73zm37",
    "10.13039/501100000923": "05mmh0f86",
    "10.13039/100018231": "03zj4c476",
    "10.13039/501100000024": "01gavpb45",
    "10.13039/501100000780": "00k4n6c32",
    "10.13039/501100000806": "02k4b9v70",
    "10.13039/501100001871": "00snfqn58",
    "10.13039/501100002428": "013tf3c58",
    "10.13039/501100004488": "03n51vw80",
    "10.13039/501100004564": "01znas443",
    "10.13039/501100000925": "011kf5r70",
    "10.13039/100000002": "01cwqze88",
    "10.13039/501100000038": "01h531d29",
    "10.13039/100000001": "021nxhr62",
    "10.13039/501100003246": "04jsz6e67",
    "10.13039/501100000690": "001aqnf71",
    "10.13039/100014013": "001aqnf71",
    "10.13039/501100001602": "0271asj38",
    "10.13039/501100001711": "00yjd3n13",
    "10.13039/100001345": "006cvnv84",
    "10.13039/501100004410": "04w9kkr77",
    "10.13039/100004440": "029chgv08",
    "10.13039/501100006364": "03m8vkq32",
    "10.13039/501100011730": "00x0z1472",
}
#: A grant without a funder is one of the European Commission's seventh framework programme.
EUROPEAN_COMMISSION = "10.13039/501100000780"
