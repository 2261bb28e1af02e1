/*
 * extract_explain.c: see extract_explain.h. Only reads the scratch; for `assay extract --explain`.
 */
#include "extract/extract_explain.h"

#include "extract/extract_private.h"

static const char *const nonterminal_names[] = {"",
#define X(name, text) text,
                                                NONTERMINAL_LIST(X)
#undef X
};

static void add_span(const struct extract_scratch *scratch, uint32_t start, uint32_t end,
                     struct strbuf *out)
{
    size_t from = scratch->tokens[start].start, to = scratch->tokens[end - 1].end;
    strbuf_add_format(out, "\"%.*s\"", (int)(to - from), scratch->text + from);
}

static void add_classes(const struct extract_scratch *scratch, size_t at, struct strbuf *out)
{
    static const char *const names[] = {
#define X(name, text) text,
        CLASS_LIST(X)
#undef X
    };
    const char *separator = " ";
    for (uint32_t symbol = SYMBOL_CLASS_FIRST; symbol < SYMBOL_LITERAL_FIRST; symbol++) {
        if (token_is(scratch, at, symbol)) {
            strbuf_add_format(out, "%s%s", separator, names[symbol - SYMBOL_CLASS_FIRST]);
            separator = ",";
        }
    }
}

static void explain_tokens(const struct extract_scratch *scratch, struct strbuf *out)
{
    strbuf_add_text(out, "  tokens\n");
    for (uint32_t at = 0; at < scratch->token_count; at++) {
        strbuf_add_format(out, "    %3u ", scratch->tokens[at].start);
        add_span(scratch, at, at + 1, out);
        add_classes(scratch, at, out);
        strbuf_add_char(out, '\n');
    }
}

static const char *fate(const struct phrase *phrase)
{
    if (phrase->weak)
        return "not used: a bare number that nothing asked for";
    if (phrase->polarity == EXTRACT_NEGATED)
        return "refused";
    if (phrase->polarity == EXTRACT_CORRECTED_AWAY)
        return "taken back";
    if (phrase->reasons & PHRASE_CORRECTED)
        return "corrects an earlier value";
    if (phrase->reasons & PHRASE_OFFERED)
        return "one of two offers";
    if (phrase->reasons & PHRASE_ANSWER)
        return "read as the answer to what was asked";
    return "";
}

/* The best other edge from the same place: what the chosen one won against. */
static void add_loser(const struct extract_scratch *scratch, const struct phrase *phrase,
                      struct strbuf *out)
{
    const struct edge *best = NULL;
    for (int32_t i = scratch->first_edge[phrase->start]; i >= 0; i = scratch->edges[i].next) {
        const struct edge *edge = &scratch->edges[i];
        if (edge->makes == N_EDGES || edge->meaning < 0 ||
            (edge->form == phrase->form && edge->end == phrase->end))
            continue;
        if (!best || edge->score > best->score)
            best = edge;
    }
    if (!best)
        return;
    strbuf_add_format(out, "; won over %s of ", scratch->grammar->forms[best->form]->name);
    add_span(scratch, best->start, best->end, out);
    strbuf_add_text(out, best->end < phrase->end ? ", which covers less" : ", which scores less");
}

static void explain_phrases(const struct extract_scratch *scratch, struct strbuf *out)
{
    strbuf_add_text(out, "  phrases\n");
    for (size_t i = 0; i < scratch->phrase_count; i++) {
        const struct phrase *phrase = &scratch->phrases[i];
        bool form = phrase->meaning >= 0 || !phrase->value.data;
        strbuf_add_text(out, "    ");
        add_span(scratch, phrase->start, phrase->end, out);
        strbuf_add_format(out, " %s", nonterminal_names[phrase->makes]);
        if (form)
            strbuf_add_format(out, " by %s", scratch->grammar->forms[phrase->form]->name);
        if (*fate(phrase))
            strbuf_add_format(out, " (%s)", fate(phrase));
        if (phrase->meaning >= 0)
            add_loser(scratch, phrase, out);
        strbuf_add_char(out, '\n');
    }
}

static void explain_slot(const struct extract_slot *slot, struct strbuf *out)
{
    static const char *const polarity[] = {"", " NOT FILLED: refused", " NOT FILLED: taken back"};
    strbuf_add_format(out, "    %.*s = %.*s (grain %s, confidence %.2f, probability %.3f)%s\n",
                      STRVIEW_ARG(slot->slot), STRVIEW_ARG(slot->value),
                      extract_grain_name(slot->grain), slot->confidence, slot->probability,
                      polarity[slot->polarity]);
    if (slot->needs_confirmation)
        strbuf_add_format(out, "      confirm: %s\n", slot->reason);
    for (size_t i = 0; i < slot->alternative_count; i++)
        strbuf_add_format(out, "      other reading: %.*s (%.2f)\n",
                          STRVIEW_ARG(slot->alternatives[i].value),
                          slot->alternatives[i].confidence);
}

void extract_explain_result(const struct extract_scratch *scratch,
                            const struct extract_result *result, struct strbuf *out)
{
    strbuf_add_format(out, "  text \"%.*s\"\n", STRVIEW_ARG(scratch->request->text));
    if (result->language_unknown) {
        strbuf_add_text(out, "  no grammar for this language: nothing was read\n");
        return;
    }
    explain_tokens(scratch, out);
    explain_phrases(scratch, out);
    strbuf_add_text(out, "  slots\n");
    for (size_t i = 0; i < result->slot_count; i++)
        explain_slot(&result->slots[i], out);
    if (result->deferred)
        strbuf_add_text(out, "  the speaker left it open\n");
    if (result->refused)
        strbuf_add_text(out, "  the speaker would not say\n");
}
