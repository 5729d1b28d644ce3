"""In which coarse region a state lies, so that a made-up event does not put it on another continent.

Our own grouping into the regions that charters speak of; it is coarse and says nothing about anybody's borders.
States in two regions stand under the one of their capital. Codes that are not here have no region.
"""

from tocsin.terms import Region

_STATES: dict[Region, str] = {
    "europe": "ALB AND AUT BEL BGR BIH BLR CHE CSK CYP CZE DDR DEU DNK ESP EST FIN FRA GBR GRC HRV HUN IRL ISL ITA LIE "
    "LTU LUX LVA MCO MDA MKD MLT MNE NLD NOR POL PRT ROU RUS SCG SMR SRB SUN SVK SVN SWE UKR VAT XKX YUG",
    "north america": "CAN USA",
    "central america": "BLZ CRI GTM HND MEX NIC PAN SLV",
    "caribbean": "ATG BHS BRB CUB DMA DOM GRD HTI JAM KNA LCA TTO VCT",
    "south america": "ARG BOL BRA CHL COL ECU GUY PER PRY SUR URY VEN",
    "caucasus": "ARM AZE GEO",
    "central asia": "KAZ KGZ TJK TKM UZB",
    "middle east": "ARE BHR IRN IRQ ISR JOR KWT LBN OMN PSE QAT SAU SYR TUR YEM YMD",
    "south asia": "AFG BGD BTN IND LKA MDV NPL PAK",
    "east asia": "CHN JPN KOR MNG PRK TWN",
    "southeast asia": "BRN IDN KHM LAO MMR MYS PHL SGP THA TLS VDR VNM",
    "north africa": "DZA EGY ESH LBY MAR TUN",
    "sub-saharan africa": "AGO BDI BEN BFA BWA CAF CIV CMR COD COG COM CPV DJI ERI ETH GAB GHA GIN GMB GNB GNQ KEN LBR "
    "LSO MDG MLI MOZ MRT MUS MWI NAM NER NGA RWA SDN SEN SLE SOM SSD STP SWZ SYC TCD TGO TZA UGA ZAF ZMB ZWE",
    "pacific": "AUS FJI FSM KIR MHL NRU NZL PLW PNG SLB TON TUV VUT WSM",
}
_REGION_OF: dict[str, Region] = {code: region for region, codes in _STATES.items() for code in codes.split()}


def region_of(party: str) -> Region | None:
    """The region of a state; None where it is not known here, as for an invented state."""
    return _REGION_OF.get(party)
