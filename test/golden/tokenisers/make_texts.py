"""The texts that tokenisers are trained on and tested with: a hundred strings in each of ten scripts, and odd ones."""

import random

NORDIC_AND_CODE = {
    "sv": [
        "Rörelsevinsten steg till 13,1 miljoner euro från 8,7 miljoner under motsvarande period förra året.",
        "Alla människor är födda fria och lika i värde och rättigheter.",
        "Kan du väcka mig klockan halv sju i morgon bitti, tack?",
        "Bolagets omsättning ökade i alla segment utom i Norge.",
        "Åsa åt ägg på ön; Öjvind sa: ”Är det sant?”",
        "Jag vill höra mer jazz och mindre pop den här veckan.",
    ],
    "nb": [
        "Alle mennesker er født frie og med samme menneskeverd og menneskerettigheter.",
        "Hvor mye koster det å kjøre toget fra Bergen til Tromsø i påsken?",
        "Været blir fint i helgen, sier meteorologen på Værvarslinga.",
        "Vi skulle ønske at flere barn leste bøker på biblioteket.",
    ],
    "da": [
        "Alle mennesker er født frie og lige i værdighed og rettigheder.",
        "Rødgrød med fløde smager bedst om sommeren, siger min bedstemor.",
        "Regeringen fremlægger et nyt forslag om skat på tirsdag.",
        "Hvad hedder hovedstaden i Færøerne, og hvor mange bor der?",
    ],
    "is": [
        "Hver maður er borinn frjáls og jafn öðrum að virðingu og réttindum.",
        "Það er gaman að læra íslensku þótt hún sé erfið á köflum.",
        "Veðrið á Þingvöllum var gott og ferðamennirnir ánægðir.",
        "Hvað kostar miðinn í bíó klukkan átta í kvöld?",
    ],
    "en": [
        "All human beings are born free and equal in dignity and rights.",
        "The company's operating profit rose to EUR 13.1 mn from EUR 8.7 mn.",
        "Don't wake me up before seven o'clock; I'll be asleep, won't I?",
        "They've said it's the best they'd ever seen, haven't they?",
    ],
    "code": [
        "def add(a, b):\n    return a + b\n",
        "for (let i = 0; i < n; i++) {\n\tsum += x[i] * 2.5;\n}\n",
        "SELECT name, COUNT(*) FROM users WHERE age >= 18 GROUP BY name;",
        "if __name__ == '__main__':\n        main(sys.argv[1:])  # start\n",
    ],
}

SCRIPTS = {
    "latin": " ".join(text for language in ("sv", "nb", "da", "is", "en") for text in NORDIC_AND_CODE[language]),
    "cyrillic": "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью, "
    "и должны поступать в отношении друг друга в духе братства. Усі люди народжуються вільними і рівними.",
    "greek": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. Είναι προικισμένοι με "
    "λογική και συνείδηση, και οφείλουν να συμπεριφέρονται μεταξύ τους με πνεύμα αδελφοσύνης.",
    "arabic": "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق، وقد وهبوا عقلاً وضميرًا وعليهم أن يعامل بعضهم بعضًا بروح الإخاء",
    "hebrew": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון, לפיכך חובה עליהם לנהוג איש ברעהו",
    "devanagari": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। उन्हें बुद्धि और अन्तरात्मा की देन प्राप्त है",
    "thai": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ",
    "han": "人人生而自由，在尊嚴和權利上一律平等。 他們賦有理性和良心， 並應以兄弟關係的精神相對待。 人人有资格享有本宣言所载的一切权利和自由",
    "kana": "すべての人間は、 生まれながらにして自由であり、 かつ、 尊厳と権利とについて平等である。 コンピューターで データを 処理する プログラム",
    "hangul": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 부여받았으며",
}

GLUE = [" "] * 12 + ["  ", "   ", "\n", "\n\n", "\t", "", "", ", ", ": ", "-", " – ", "/", " (", ") ", "! ", "'s ", "\r\n", " \n "]
EXTRAS = ["7", "42", "1999", "3,14", "10%", "€", "½", "²", "😀", "👩‍💻", "🇸🇪", "é", "ﬁ", "Ⅷ", "٣٤", "…", "\u00a0", "\u200b", "@x_y", "#1"]

ODD = [
    " ", "  ", "   ", "\n", "\n\n\n", "\t", " \t\n ", "\r", "\r\n\r\n", " a", "a ", "  a", "a  ", " a b  c   d    e ",
    "a\n b", "a \nb", "a\n\n  b", "                        x", "x                                   y", "▁", "▁a ▁ b▁",
    "\u00a0", "a\u00a0b", "\u2002a\u2003b\u2009c\u3000d", "a\u0085b", "a\ufeffb", "a\u200bb", "a\u00adb", "\u0000", "a\u0007b\u001fc\u007fd",
    "\u2028", "a\u180eb", "\u000b\u000c", "it's IT'S It'S 'tis we'll WE'LL I'm I'M 'sx 'Sx 'reX", "'ſ", "don\u2019t",
    "1", "12", "123", "1234", "12345", "1234567890", "1,234.50", "3.14e-10", "٠١٢٣٤٥٦٧٨٩", "१२३", "①②③", "½¾", "x²+y²", "Ⅻ",
    "é", "e\u0301", "A\u030a", "Å", "ﬁﬂ", "ｆｕｌｌ", "ｱｲｳ", "각", "\u1112\u1161\u11ab", "ñandú", "naïve", "Σίσυφος ΣΊΣΥΦΟΣ", "İstanbul ıI", "ß ẞ", "ǅ",
    "😀", "😀😀", "👨‍👩‍👧‍👦", "🇸🇪🇳🇴", "👍🏽", "☃️", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "𐍈𐌰", "\U0010ffff", "\ue000", "\ufffd", "\ufffe",
    "<", "<a>", "<0x0A>", "<unk>", "</a", "<|", "|>", "[INST]", "{label}", "\\n", "\"q\"", "``x''", "a_b-c.d/e:f;g", "!!!", "?!?!", "...", "--",
    "https://example.org/a?b=c&d=%20#e", "x@y.se", "C:\\temp\\f.txt", "a\tb\tc", "#include <stdio.h>\n", "    indented\n\tboth\n",
    "The quick brown fox jumps over the lazy dog", "FLYGANDE BÄCKASINER SÖKA HWILA PÅ MJUKA TUVOR", "abcdefghijklmnopqrstuvwxyz" * 4,
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "ababababababababab", "hahahahaha", "......................", "= = = =", "\n \n \n", " \u0301", "\u0301",
]


def test_texts() -> dict[str, list[str]]:
    """By script, the strings that are tokenised; always the same."""
    random_ = random.Random(1)
    texts = {}
    for script, source in SCRIPTS.items():
        words = source.split(" ")
        texts[script] = [text_of(words, random_) for _ in range(100)]
    texts["odd"] = ODD
    return texts


def text_of(words: list[str], random_: random.Random) -> str:
    text = random_.choice(["", "", "", " ", "\n", "«"])
    for _ in range(random_.randint(1, 5)):
        word = random_.choice(words) if random_.random() < 0.85 else random_.choice(EXTRAS)
        text += random_.choice([word] * 6 + [word.upper(), word[: len(word) // 2], word.capitalize()])
        text += random_.choice(GLUE)
    return text if random_.random() < 0.3 else text.rstrip() or "x"


def training_texts() -> list[str]:
    """Nordic languages, English and code thrice, that their words become tokens; every other script once."""
    nordic = [text for texts in NORDIC_AND_CODE.values() for text in texts]
    return nordic * 3 + list(SCRIPTS.values())
