"""Prompts that tokenizers get wrong: scripts, marks, controls, entities, lengths."""
PROMPTS = [
    "", " ", "a red fox running through deep snow, cinematic", "A RED Fox", "worst quality, blurry, jpeg artifacts",
    "🦊 runs ❤️‍🔥 👩‍👩‍👧‍👦 🇯🇵", "雪の中を走る狐", "bird\u0000\u0001\u0007\u001b[31m red\u001b[0m\x7f", "e\u0301te\u0301 nai\u0308ve Å \u212b ﬁn ½ ｆｕｌｌ",
    "it's we'll I'm they've he'd can't don't 'S 'LL", "tabs\tand\nlines\r\nand  many   spaces\u00a0nbsp\u2003em\u3000ideographic",
    "&amp;lt;b&amp;gt; &quot;hi&quot; &#39;x&#39; &nbsp; &copy;", "“curly” ‘quotes’ „low“ — dash … «g»", "<|endoftext|> <|startoftext|> </s> <pad> <unk> <extra_id_0>",
    "fox" * 100, "word " * 300, "123 4567 89.01 1,000 ①②③ ⅷ", "!!!??? ... ---- ___ ~~~ ^^ `` || \\\\ //", "\u202eright to left\u202c \u200bzero\u200dwidth\ufeff",
    "Ünïcödé ẞß Straße İstanbul ǅ ﬀ", "\ud7ff\ue000\ufffd\U0010ffff", "a" * 3000, "¡Hola! ¿Qué tal? Привет мир مرحبا नमस्ते สวัสดี 안녕하세요", "  leading and trailing  ",
    "snow\u0301\u0302\u0303\u0304", "x\u0338 ≠ ≠", "\u0345\u03b1\u0345 Σίσυφος ΣΑΣ ς", "\u2581fox \u2581 run", "a\u0085b\u2028c\u2029d\u000be\u000cf\u001cg\u001fh",
    "(fox:1.3) [snow] {a|b} <lora:x:1>", "мы cafÃ© â€œquotedâ€\u009d",
]
