"""What passes for English, and what is refused."""

import pytest

from stance.errors import DocumentError
from stance.segment.language import require_english
from stance.types import Document

FOREIGN = [
    "МИД Казахстана выразил обеспокоенность ситуацией в регионе.",
    "Мы скорбим.",
    "中国外交部表示强烈谴责。",
    "وزارة الخارجية تدين الهجوم",
    "Die EU verurteilt den Angriff auf die Ukraine.",
    "Der Minister äußerte sich besorgt.",
    "L'Union européenne condamne l'attaque contre l'Ukraine.",
    "La Unión Europea condena el ataque contra Ucrania.",
    "De EU veroordeelt de aanval op Oekraïne.",
    "Türkiye saldırıyı şiddetle kınadı.",
    "EU tuomitsee hyökkäyksen Ukrainaan.",
]
ENGLISH = [
    "Kazakh leader meets Michel in Brussels",
    "Baerbock, Lavrov meet amid tensions",
    "BORRELL CONDEMNS ATTACK",
    "Norway urges calm",
    "Côte d'Ivoire condemns Ouagadougou coup attempt",
    "Mexico: López Obrador condemns Culiacán violence",
    "Jean-Yves Le Drian, ministre des Affaires étrangères, condemns coup",
    "Von der Leyen, de Hoop Scheffer, van Rompuy, de la Torre condemn violence",
    "Tokayev, Mirziyoyev, Japarov, Berdimuhamedow, Rahmon",
    "Charles Michel, Ursula von der Leyen, Josep Borrell i Fontelles, Olaf Scholz",
    "Kassym-Jomart Tokayev, Shavkat Mirziyoyev, Sadyr Japarov, Gurbanguly Berdimuhamedow, Emomali Rahmon, Ilham Aliyev",
    "#StandWithUkraine 🇺🇦 @eu_eeas @vonderleyen",
    "Solidarity https://www.example.eu/declaration-de-la-presidence-sur-la-situation",
    "𝗪𝗲 𝗰𝗼𝗻𝗱𝗲𝗺𝗻 𝘁𝗵𝗲 𝗮𝘁𝘁𝗮𝗰𝗸",
    "pls stop the war now",
    "Statement by 外交部发言人 (Foreign Ministry)",
    "МИД",
]


@pytest.mark.parametrize("text", FOREIGN)
def test_short_texts_in_other_languages_are_refused(text):
    with pytest.raises(DocumentError, match="not English"):
        require_english(Document(id="a", text=text))


@pytest.mark.parametrize("text", ENGLISH)
def test_short_english_texts_pass_whatever_names_are_in_them(text):
    require_english(Document(id="a", text=text))


@pytest.mark.parametrize("language", ["en", "en-GB", "en_GB", "English", " eng"])
def test_english_can_be_declared_by_name_or_code(language):
    require_english(Document(id="a", text=FOREIGN[0], language=language))


@pytest.mark.parametrize("language", ["fr", "enm", "", "Scots English"])
def test_other_declarations_are_refused(language):
    with pytest.raises(DocumentError, match="not English"):
        require_english(Document(id="a", text=ENGLISH[0], language=language))
