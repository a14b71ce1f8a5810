"""The registry of actors: the shipped file, look-up, and files of one's own."""

import datetime as dt
import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from stance.errors import SpeakerError
from stance.segment import segment
from stance.speakers.registry import key, load_registry
from stance.speakers.search import describe, search
from stance.speakers.shared import with_shared

REGISTRY = load_registry()


# -- registry ---------------------------------------------------------------------------------------------------------


def test_every_name_and_id_of_the_shipped_file_belongs_to_one_entry():
    data = tomllib.loads(files("stance.speakers").joinpath("speakers.toml").read_text(encoding="utf-8"))
    rows = [row for table in data.values() for row in table]
    assert [name for name, count in Counter(row["id"] for row in rows).items() if count > 1] == []
    assert len(REGISTRY.entries) == len(rows)
    for row in rows:
        if row not in data["person"]:
            for name in (row["name"], *row.get("aliases", ())):
                assert REGISTRY.find(name).speaker.id == row["id"], name


def test_every_link_of_the_shipped_file_leads_somewhere():
    for entry in REGISTRY.entries.values():
        assert entry.is_own_actor or entry.speaker.actor in REGISTRY.entries, entry
        for name in filter(None, (entry.speaker.parent, *(office.of for office in entry.offices))):
            assert REGISTRY.linked(name) is not None, (entry.speaker.id, name)
        for office in entry.offices:
            assert office.since is None or office.until is None or office.since <= office.until, entry


def test_the_actors_of_the_codebook():
    borrell, tokayev = REGISTRY.find("Josep Borrell").speaker, REGISTRY.find("Kassym-Jomart Tokayev").speaker
    assert (borrell.id, borrell.kind, borrell.actor) == ("josep-borrell", "person", "EU")
    assert (tokayev.actor, tokayev.parent) == ("Tokayev", "Kazakhstan")
    for name in ("European Commission", "European Council", "EEAS", "the European Union", "EU", "Brussels"):
        assert REGISTRY.find(name).speaker.actor == "EU", name
    assert REGISTRY.actor_of("Kazakh") == "Kazakhstan"
    assert REGISTRY.actor_of("Ukrainians") == "Ukraine"
    assert REGISTRY.find("Ruritania") is None
    assert REGISTRY.actor_of("table") is None


@pytest.mark.parametrize(
    ("name", "form"),
    [("The U.S.", "US"), ("us", "us"), ("European  Union", "european union"), ("N.A.T.O.", "nato"), ("Doe’s", "doe's")],
)
def test_names_are_compared_without_dots_articles_and_case_but_for_short_abbreviations(name, form):
    assert key(name) == form


def test_holder_of_an_office_by_year():
    assert REGISTRY.holder("president", "Ukraine", dt.date(2016, 5, 1)).speaker.name == "Petro Poroshenko"
    assert REGISTRY.holder("president", "Ukraine", dt.date(2022, 5, 1)).speaker.name == "Volodymyr Zelenskyy"
    assert REGISTRY.holder("president", "Ukraine", dt.date(2019, 5, 1)) is None  # two in that year
    assert REGISTRY.holder("foreign minister", "UK", dt.date(2015, 5, 1)) == REGISTRY.find("Philip Hammond")
    assert REGISTRY.holder("Foreign Secretary", "UK", dt.date(2015, 5, 1)) == REGISTRY.find("Philip Hammond")
    assert REGISTRY.holder("president", "Ruritania", dt.date(2016, 5, 1)) is None
    assert REGISTRY.holder("astronomer", "UK", dt.date(2016, 5, 1)) is None


def test_a_person_counts_for_the_actor_served_at_the_time():
    rutte = REGISTRY.find("Mark Rutte")
    assert REGISTRY.at(rutte, dt.date(2015, 5, 1)).actor == "Netherlands"
    assert REGISTRY.at(rutte, dt.date(2025, 5, 1)).actor == "NATO"
    assert REGISTRY.at(rutte, None).actor == "NATO"
    tokayev = REGISTRY.find("Kassym-Jomart Tokayev")
    assert REGISTRY.at(tokayev, dt.date(2010, 5, 1)).actor == "Tokayev"


def test_search():
    assert [entry.speaker.id for entry in search(REGISTRY, "Borrell")] == ["josep-borrell"]
    assert search(REGISTRY, "France")[0].speaker.id == "France"
    assert len(search(REGISTRY)) == len(REGISTRY.entries)
    assert search(REGISTRY, "Ruritania") == []
    assert describe(REGISTRY.entries["josep-borrell"])["actor"] == "EU"


# -- capitals ---------------------------------------------------------------------------------------------------------

# Every member of the United Nations and its capital, in the spellings of the press.
CAPITALS = """
Afghanistan: Kabul
Albania: Tirana
Algeria: Algiers
Andorra: Andorra la Vella
Angola: Luanda
Antigua and Barbuda: Saint John's; St John's; St. John's
Argentina: Buenos Aires
Armenia: Yerevan
Australia: Canberra
Austria: Vienna
Azerbaijan: Baku
Bahamas: Nassau
Bahrain: Manama
Bangladesh: Dhaka; Dacca
Barbados: Bridgetown
Belarus: Minsk
Belgium: Brussels
Belize: Belmopan
Benin: Porto-Novo; Cotonou
Bhutan: Thimphu
Bolivia: La Paz; Sucre
Bosnia and Herzegovina: Sarajevo
Botswana: Gaborone
Brazil: Brasília; Brasilia
Brunei: Bandar Seri Begawan
Bulgaria: Sofia
Burkina Faso: Ouagadougou
Burundi: Gitega; Bujumbura
Cabo Verde: Praia
Cambodia: Phnom Penh
Cameroon: Yaoundé; Yaounde
Canada: Ottawa
Central African Republic: Bangui
Chad: N'Djamena; Ndjamena
Chile: Santiago; Santiago de Chile
China: Beijing; Peking
Colombia: Bogotá; Bogota
Comoros: Moroni
Republic of the Congo: Brazzaville
Costa Rica: San José; San Jose
Côte d'Ivoire: Yamoussoukro; Abidjan
Croatia: Zagreb
Cuba: Havana
Cyprus: Nicosia
Czechia: Prague
North Korea: Pyongyang
Democratic Republic of the Congo: Kinshasa
Denmark: Copenhagen
Djibouti: Djibouti City
Dominica: Roseau
Dominican Republic: Santo Domingo
Ecuador: Quito
Egypt: Cairo
El Salvador: San Salvador
Equatorial Guinea: Malabo
Eritrea: Asmara
Estonia: Tallinn
Eswatini: Mbabane; Lobamba
Ethiopia: Addis Ababa; Addis
Fiji: Suva
Finland: Helsinki
France: Paris
Gabon: Libreville
Gambia: Banjul
Georgia: Tbilisi
Germany: Berlin
Ghana: Accra
Greece: Athens
Grenada: St George's; St. George's; Saint George's
Guatemala: Guatemala City
Guinea: Conakry
Guinea-Bissau: Bissau
Guyana: Georgetown
Haiti: Port-au-Prince
Honduras: Tegucigalpa
Hungary: Budapest
Iceland: Reykjavik; Reykjavík
India: New Delhi; Delhi
Indonesia: Jakarta
Iran: Tehran; Teheran
Iraq: Baghdad
Ireland: Dublin
Israel: Jerusalem; Tel Aviv
Italy: Rome
Jamaica: Kingston
Japan: Tokyo
Jordan: Amman
Kazakhstan: Astana; Nur-Sultan
Kenya: Nairobi
Kiribati: Tarawa; South Tarawa
Kuwait: Kuwait City
Kyrgyzstan: Bishkek
Laos: Vientiane
Latvia: Riga
Lebanon: Beirut
Lesotho: Maseru
Liberia: Monrovia
Libya: Tripoli
Liechtenstein: Vaduz
Lithuania: Vilnius
Luxembourg: Luxembourg City
Madagascar: Antananarivo
Malawi: Lilongwe
Malaysia: Kuala Lumpur; Putrajaya
Maldives: Malé; Male
Mali: Bamako
Malta: Valletta
Marshall Islands: Majuro
Mauritania: Nouakchott
Mauritius: Port Louis
Mexico: Mexico City
Micronesia: Palikir
Moldova: Chisinau; Chișinău
Monaco: Monaco-Ville; Monte Carlo
Mongolia: Ulaanbaatar; Ulan Bator
Montenegro: Podgorica
Morocco: Rabat
Mozambique: Maputo
Myanmar: Naypyidaw; Nay Pyi Taw; Naypyitaw
Namibia: Windhoek
Nauru: Yaren
Nepal: Kathmandu
Netherlands: The Hague; Amsterdam
New Zealand: Wellington
Nicaragua: Managua
Niger: Niamey
Nigeria: Abuja
North Macedonia: Skopje
Norway: Oslo
Oman: Muscat
Pakistan: Islamabad
Palau: Ngerulmud; Melekeok
Panama: Panama City
Papua New Guinea: Port Moresby
Paraguay: Asunción; Asuncion
Peru: Lima
Philippines: Manila
Poland: Warsaw
Portugal: Lisbon
Qatar: Doha
South Korea: Seoul
Romania: Bucharest
Russia: Moscow
Rwanda: Kigali
Saint Kitts and Nevis: Basseterre
Saint Lucia: Castries
Saint Vincent and the Grenadines: Kingstown
Samoa: Apia
San Marino: San Marino City; City of San Marino
São Tomé and Príncipe: São Tomé; Sao Tome
Saudi Arabia: Riyadh
Senegal: Dakar
Serbia: Belgrade
Seychelles: Victoria
Sierra Leone: Freetown
Singapore: Singapore
Slovakia: Bratislava
Slovenia: Ljubljana
Solomon Islands: Honiara
Somalia: Mogadishu
South Africa: Pretoria; Cape Town
South Sudan: Juba
Spain: Madrid
Sri Lanka: Colombo; Sri Jayawardenepura Kotte
Sudan: Khartoum
Suriname: Paramaribo
Sweden: Stockholm
Switzerland: Bern; Berne
Syria: Damascus
Tajikistan: Dushanbe
Tanzania: Dodoma; Dar es Salaam
Thailand: Bangkok
Timor-Leste: Dili
Togo: Lomé; Lome
Tonga: Nukuʻalofa; Nuku'alofa; Nuku‘alofa; Nukualofa; Nuku’alofa
Trinidad and Tobago: Port of Spain; Port-of-Spain
Tunisia: Tunis
Turkey: Ankara
Turkmenistan: Ashgabat; Ashkhabad
Tuvalu: Funafuti
Uganda: Kampala
Ukraine: Kyiv; Kiev
United Arab Emirates: Abu Dhabi
United Kingdom: London
United States: Washington; Washington, D.C.; Washington DC
Uruguay: Montevideo
Uzbekistan: Tashkent
Vanuatu: Port Vila; Port-Vila
Venezuela: Caracas
Vietnam: Hanoi
Yemen: Sana'a; Sanaa; Sana’a; Sanʻa; Aden
Zambia: Lusaka
Zimbabwe: Harare
"""
ROWS = [row.split(": ") for row in CAPITALS.strip().splitlines()]


def test_all_members_of_the_united_nations_are_listed():
    assert len(ROWS) == len({REGISTRY.find(state).speaker.id for state, _ in ROWS}) == 193


@pytest.mark.parametrize(("state", "capitals"), ROWS)
def test_a_capital_stands_for_the_government_of_a_member_of_the_united_nations(state, capitals):
    entry = REGISTRY.find(state)
    for capital in capitals.split("; "):
        registry = with_shared(REGISTRY, f"{capital} rejected the offer. {state} had asked for more.")
        assert registry.find(capital) is entry or capital == "Brussels", capital


def test_okina_and_apostrophes():
    for mark in "'’‘ʻʼ`":
        assert REGISTRY.find(f"Nuku{mark}alofa").speaker.id == "Tonga"
        assert REGISTRY.find(f"Sana{mark}a").speaker.id == "Yemen"


@pytest.mark.parametrize(
    ("text", "name", "state"),
    [
        ("Santiago rejected the claim.", "Santiago", None),
        ("Santiago rejected the claim, Chilean media said.", "Santiago", "Chile"),
        ("Jane Kingston flew to Jamaica. Kingston rejected the claim.", "Kingston", None),
        ("William Hague left the Netherlands. Hague rejected the claim.", "Hague", None),
        ("The Hague rejected the claim of the Dutch airline.", "The Hague", "Netherlands"),
        ("Brussels rejected the claim of Belgium.", "Brussels", "EU"),
        ("A Chilean court and the Santiagos rejected the claim.", "Santiago", None),
    ],
)
def test_a_shared_name_counts_where_the_document_names_the_state_in_another_way(text, name, state):
    found = with_shared(REGISTRY, text).find(name)
    assert (found.speaker.actor if found and found.speaker.kind != "person" else None) == state


# -- files of one's own -----------------------------------------------------------------------------------------------

FOUR_LINES = '[[actor]]\nid = "Ruritania"\nname = "Ruritania"\ndemonym = ["Ruritanian"]\n'


def write(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_four_lines_add_an_actor(tmp_path):
    registry = load_registry(write(tmp_path, FOUR_LINES))
    assert len(registry.entries) == len(REGISTRY.entries) + 1
    (statement,) = segment("The Ruritanian foreign ministry condemned the raid.", speakers=registry)
    assert statement.speaker.actor == "Ruritania"
    assert "Ruritania" not in REGISTRY.entries


def test_a_file_may_replace_an_entry_and_add_persons(tmp_path):
    text = FOUR_LINES + (
        '[[person]]\nid = "doe"\nname = "Jane Doe"\naliases = ["Doe"]\nactor = "Ruritania"\n'
        'offices = [{title = "President", of = "Ruritania", from = 2020}]\n'
        '[[actor]]\nid = "Norway"\nname = "Kingdom of Norway"\nkind = "state"\n'
    )
    registry = load_registry(write(tmp_path, text))
    assert registry.find("Norway") is None
    assert registry.find("Kingdom of Norway").speaker.id == "Norway"
    (statement,) = segment("The Ruritanian president urged restraint.", speakers=registry, date=dt.date(2022, 1, 1))
    assert statement.speaker.name == "Jane Doe"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id = ", "cannot be read as TOML"),
        ('[[actors]]\nid = "A"\n', "unknown table [[actors]]"),
        ('[actor]\nid = "A"\n', "write [[actor]]"),
        ("actor = [7]\n", "number 1: no table"),
        ('[[actor]]\nname = "A"\n', "number 1: no id"),
        ('[[actor]]\nid = "A"\n', "[[actor]] A: no name"),
        ('[[actor]]\nid = "A"\nname = "A"\nalias = ["B"]\n', "unknown field 'alias'"),
        ('[[actor]]\nid = "A"\nname = "A"\naliases = "B"\n', "aliases is no list"),
        ('[[actor]]\nid = "A"\nname = "A"\naliases = [7]\n', "aliases is no list of names"),
        ('[[actor]]\nid = "A"\nname = 7\n', "name is no str"),
        ('[[body]]\nid = "A"\nname = "A"\n', "no actor"),
        ('[[body]]\nid = "A"\nname = "A"\nactor = "Ruritania"\n', "no actor 'Ruritania'"),
        ('[[body]]\nid = "A"\nname = "A"\nactor = "EU"\nparent = "Ruritania"\n', "nobody is called 'Ruritania'"),
        (
            '[[person]]\nid = "A"\nname = "A B"\nactor = "EU"\noffices = [{title = "x"}]\n',
            "an office needs title and of",
        ),
        (
            '[[person]]\nid = "A"\nname = "A B"\nactor = "EU"\noffices = [{title = "x", of = "EU", from = "2020"}]\n',
            "from is no int",
        ),
        ('[[actor]]\nid = "A"\nname = "A"\n[[actor]]\nid = "A"\nname = "B"\n', "'A' is used twice"),
        ('[[actor]]\nid = "A"\nname = "Norway"\n', "names shared by two speakers: 'Norway'"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_what_is_wrong(tmp_path, text, complaint):
    path = write(tmp_path, text)
    with pytest.raises(SpeakerError) as caught:
        load_registry(path)
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SpeakerError, match=r"none\.toml"):
        load_registry(tmp_path / "none.toml")
