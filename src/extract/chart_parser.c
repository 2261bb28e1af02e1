/*
 * chart_parser.c: finds every form of the grammar in the tokens, from right to left and layer by
 * layer, so that what a form may contain is known when it is tried; then chooses the cover of the
 * text with the best score. Work per token is bounded, so time is linear in the text. Thread: the
 * scratch's.
 */
#include "extract/extract_private.h"

enum { PATH_LIMIT = 24, EDGES_PER_TOKEN = 40, STEPS_PER_TOKEN = 6000 };

struct search {
    struct extract_scratch *scratch;
    const struct grammar *grammar;
    struct path_step path[PATH_LIMIT];
    uint32_t start;
    int32_t start_head; /* the edges at `start` that lower layers made */
    uint32_t start_types;
    int steps;
    int edges; /* made at `start` */
};

static bool has_follower(const struct extract_scratch *scratch, size_t at)
{
    if (at >= scratch->token_count)
        return true;
    const struct token *token = &scratch->tokens[at];
    if (token->kind == TOKEN_PUNCTUATION)
        return token->byte != '$' && token->byte != '/' && token->byte != '&' &&
               token->byte != '#' && token->byte != '+';
    static const uint32_t cues = 1U << N_EDIT | 1U << N_CANCEL | 1U << N_NOT | 1U << N_NOTAFTER |
                                 1U << N_CLOCK | 1U << N_MOMENT;
    if (scratch->edge_types[at] & cues)
        return true;
    static const uint16_t fine[] = {C_FOLLOW,   C_WEEKDAY, C_WEEKDAYW, C_MONTH,
                                    C_PARTWORD, C_RELDAY,  C_TO,       C_HM};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        if (token_is(scratch, at, fine[i]))
            return true;
    }
    return false;
}

static bool sentence_ends(const struct extract_scratch *scratch, size_t at)
{
    if (at >= scratch->token_count)
        return true;
    const struct token *token = &scratch->tokens[at];
    return token->kind == TOKEN_PUNCTUATION ||
           (token_is(scratch, at, C_ENGLISH) && token_is(scratch, at, C_FOLLOW));
}

/* Conditions on what surrounds a form. */
static bool context_holds(const struct search *search, const struct form *form, size_t count)
{
    const struct path_step *last = &search->path[count - 1];
    const struct extract_scratch *scratch = search->scratch;
    uint32_t start = search->start;
    if (form->flags & FORM_FOLLOW) {
        bool firm = last->meaning >= 0 && !(scratch->meanings[last->meaning].flags & MEANING_BARE);
        if (!firm && !has_follower(scratch, last->end))
            return false;
        const struct token *token = &scratch->tokens[last->end - 1];
        if (!firm && token->alternative_count && token->alternatives[0].end > last->end)
            return false; /* "twenty" of "twenty five to three" */
    }
    if ((form->flags & FORM_STREET) && token_is(scratch, last->end, C_STREET))
        return false;
    if (form->op == OP_HM4 && form->makes == N_BARE && start > 0 &&
        (scratch->tokens[start - 1].byte == ',' || token_is(scratch, start - 1, C_MDAY)))
        return false; /* "Mar 23, 2027 is best" */
    if (form->op == OP_AGREES && last->end + 1 < scratch->token_count &&
        scratch->tokens[last->end].byte == '-')
        return false; /* "Sunday 9-10am" */
    if ((form->flags & FORM_STREET) && start > 0 && token_is(scratch, start - 1, C_LABEL))
        return false; /* "room four oh two" */
    if (form->op == OP_AHEAD && form->value == 1 && start > 0 &&
        token_is(scratch, start - 1, scratch->grammar->literal_for))
        return false; /* "for three days from February 10" */
    if (form->makes == N_MOMENT && start > 0 && token_is(scratch, start, C_PARTWORD) &&
        token_is(scratch, start - 1, scratch->grammar->literal_this))
        return false; /* "not this morning, tomorrow at ten" */
    if ((form->flags & FORM_OWNED) &&
        (start == 0 || !(scratch->tokens[start - 1].flags & TOKEN_POSSESSIVE)))
        return false;
    if ((form->flags & FORM_LASTLY) && !sentence_ends(scratch, last->end))
        return false;
    bool first = start == 0 || scratch->tokens[start - 1].kind == TOKEN_PUNCTUATION;
    if ((form->flags & FORM_START) && !first)
        return false;
    if ((form->flags & FORM_AFTERPREP) && !first && !token_is(scratch, start - 1, C_PREP) &&
        !token_is(scratch, start - 1, C_FOLLOW))
        return false;
    if (form->flags & FORM_NOTONE) {
        for (size_t i = 0; i < count; i++) {
            int32_t part = search->path[i].meaning;
            if (part >= 0 && (scratch->meanings[part].flags & MEANING_ONE) &&
                (scratch->meanings[part].flags & MEANING_BARE))
                return false;
        }
    }
    if (form->flags & FORM_NOTFOR) {
        if (start > 0 && token_is(scratch, start - 1, C_COUNTED))
            return false;
        if (start > 1 && token_is(scratch, start - 2, C_COUNTED))
            return false;
    }
    return true;
}

static bool carries_meaning(uint8_t makes)
{
    return (makes >= N_BARE && makes <= N_ANSWER) || makes == N_COUNT;
}

/* Longer is better and fewer is better; a leading preposition says little. */
static int32_t edge_score(const struct extract_scratch *scratch, const struct form *form,
                          const struct edge *edge)
{
    bool past = edge->meaning >= 0 && (scratch->meanings[edge->meaning].flags & MEANING_PAST);
    static const uint32_t cues =
        1U << N_PHONECUE | 1U << N_EMAILCUE | 1U << N_IDCUE | 1U << N_STRONGNAME | 1U << N_WEAKNAME;
    if (cues >> edge->makes & 1)
        return 1; /* only read by the readers of names and contacts */
    if (edge->weak && !past)
        return (int32_t)(edge->end - edge->start);
    int32_t score = (int32_t)(edge->end - edge->start) * 10 - 4;
    bool day_first = form->op == OP_RANGEDAY && form->value == 1; /* "on the 27th at ten to four" */
    if (edge->meaning >= 0 && (edge->makes != N_RANGE || day_first) &&
        token_is(scratch, edge->start, C_PREP))
        score -= 7;
    if (form->makes == N_SILENT)
        score += 3 + form->value; /* an idiom may say how much stronger it is */
    else if (form->makes == N_NOTAFTER)
        score += 2;
    else if (form->makes != N_RANGE)
        score += 1;
    return score;
}

/* The same span with the same kind of meaning is kept once, the surer one. */
static struct edge *twin(struct extract_scratch *scratch, const struct edge *edge)
{
    for (int32_t i = scratch->first_edge[edge->start]; i >= 0; i = scratch->edges[i].next) {
        struct edge *other = &scratch->edges[i];
        if (other->makes != edge->makes || other->end != edge->end ||
            (other->meaning < 0) != (edge->meaning < 0))
            continue;
        if (edge->meaning < 0)
            return other;
        const struct meaning *a = &scratch->meanings[other->meaning];
        const struct meaning *b = &scratch->meanings[edge->meaning];
        if (a->has == b->has && (a->flags & MEANING_BARE) == (b->flags & MEANING_BARE))
            return other;
    }
    return NULL;
}

bool chart_parser_add(struct extract_scratch *scratch, const struct edge *edge)
{
    if (!extract_scratch_reserve(scratch, &scratch->edges, &scratch->edge_capacity,
                                 scratch->edge_count + 1, sizeof *scratch->edges))
        return false;
    struct edge *added = &scratch->edges[scratch->edge_count];
    *added = *edge;
    added->next = scratch->first_edge[edge->start];
    scratch->first_edge[edge->start] = (int32_t)scratch->edge_count++;
    scratch->edge_types[edge->start] |= 1U << edge->makes;
    scratch->cue_types |= 1U << edge->makes;
    return true;
}

/* Years that were said, in the ends of a range too: "January 15 2026" is no quarter past eight. */
static int32_t count_years(const struct extract_scratch *scratch, int32_t meaning)
{
    const struct meaning *m = &scratch->meanings[meaning];
    int32_t years = (m->has & HAS_YEAR) != 0;
    if (m->has & HAS_RANGE) {
        years += m->left >= 0 && (scratch->meanings[m->left].has & HAS_YEAR);
        years += m->right >= 0 && (scratch->meanings[m->right].has & HAS_YEAR);
    }
    return years;
}

static void try_form(struct search *search, uint16_t index, size_t count)
{
    struct extract_scratch *scratch = search->scratch;
    const struct form *form = search->grammar->forms[index];
    const struct path_step *last = &search->path[count - 1];
    if (search->edges >= EDGES_PER_TOKEN || !context_holds(search, form, count))
        return;
    struct edge edge = {.start = search->start,
                        .end = last->end,
                        .meaning = -1,
                        .form = index,
                        .makes = form->makes,
                        .weak = (form->flags & FORM_ASKED) != 0};
    if (carries_meaning(form->makes)) {
        if (!time_meaning_make(scratch, index, search->path, count, &edge.meaning))
            return;
        if (scratch->meanings[edge.meaning].flags & MEANING_WEAK)
            edge.weak = true;
    }
    edge.score = edge_score(scratch, form, &edge);
    if (edge.meaning >= 0)
        edge.score += 12 * (count_years(scratch, edge.meaning) + (form->op == OP_AGREES));
    if (form->op == OP_HOLIDAY)
        edge.score += 2; /* "easter monday" is no Easter that is a Monday */
    struct edge *known = twin(scratch, &edge);
    if (known) {
        bool better =
            edge.meaning >= 0 &&
            (known->weak > edge.weak ||
             (known->weak == edge.weak && scratch->meanings[edge.meaning].confidence >
                                              scratch->meanings[known->meaning].confidence));
        if (better) {
            known->meaning = edge.meaning;
            known->form = edge.form;
            known->weak = edge.weak;
            known->score = edge.score;
        }
        return;
    }
    search->edges++;
    if (!chart_parser_add(scratch, &edge))
        scratch->failed = true;
}

/* What may be the end of a range: <edges> in patterns stands for all of these. */
static const uint32_t edge_kinds = 1U << N_EDGES | 1U << N_BARE | 1U << N_CLOCK | 1U << N_MOMENT |
                                   1U << N_DAY | 1U << N_TIMEPART | 1U << N_SPAN | 1U << N_HALFDAY;

/* The nonterminals that start at a token, with <edges> when one of its kinds does. */
static uint32_t types_at(uint32_t types)
{
    return types & edge_kinds ? types | 1U << N_EDGES : types;
}

static void walk(struct search *search, uint16_t node_index, uint32_t at, size_t depth);

static void walk_edges(struct search *search, const struct trie_arc *arc, uint32_t at, size_t depth)
{
    const struct extract_scratch *scratch = search->scratch;
    int32_t i = at == search->start ? search->start_head : scratch->first_edge[at];
    uint32_t wanted = arc->symbol == N_EDGES ? edge_kinds : 1U << arc->symbol;
    for (; i >= 0; i = scratch->edges[i].next) {
        const struct edge *edge = &scratch->edges[i];
        if (!(wanted >> edge->makes & 1))
            continue;
        uint32_t end = edge->end;
        search->path[depth] = (struct path_step){arc->symbol, 0, edge->meaning, end};
        walk(search, arc->node, end, depth + 1);
    }
}

/* The node behind a symbol; -1 when the node has no such arc. */
static int32_t follow_arc(const struct search *search, const struct trie_node *node,
                          uint16_t symbol)
{
    const struct trie_arc *arcs = search->grammar->arcs + node->first_arc + node->nonterminal_count;
    uint32_t count = (uint32_t)node->arc_count - node->nonterminal_count, low = 0;
    while (count > 0) {
        uint32_t half = count / 2;
        if (arcs[low + half].symbol < symbol) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    bool found =
        low < (uint32_t)node->arc_count - node->nonterminal_count && arcs[low].symbol == symbol;
    return found ? arcs[low].node : -1;
}

/* What one reading of a token (its own, or a composite of number words) may stand for. */
struct terminal {
    uint16_t set;
    uint32_t end;
    int32_t value;            /* of a composite */
    const struct token *word; /* NULL for a composite */
};

static void take_terminal(struct search *search, const struct terminal *terminal, uint16_t symbol,
                          uint16_t next, size_t depth)
{
    int32_t value = terminal->word ? token_lexer_value(terminal->word, symbol) : terminal->value;
    search->path[depth] = (struct path_step){symbol, value, -1, terminal->end};
    walk(search, next, terminal->end, depth + 1);
}

static void walk_terminal(struct search *search, const struct trie_node *node,
                          const struct terminal *terminal, size_t depth)
{
    const struct grammar *grammar = search->grammar;
    uint32_t arc_count = (uint32_t)node->arc_count - node->nonterminal_count;
    if (depth > 0 && arc_count <= 6) { /* few arcs: ask each whether the token is that */
        const struct trie_arc *arcs = grammar->arcs + node->first_arc + node->nonterminal_count;
        const struct symbol_set *set = &grammar->sets[terminal->set];
        for (uint32_t a = 0; a < arc_count; a++) {
            if (symbol_set_has(set, arcs[a].symbol))
                take_terminal(search, terminal, arcs[a].symbol, arcs[a].node, depth);
        }
        search->steps -= (int)arc_count;
        return;
    }
    uint32_t first = grammar->set_symbols[terminal->set].first;
    uint32_t count = grammar->set_symbols[terminal->set].count;
    for (uint32_t i = 0; i < count; i++) {
        uint16_t symbol = grammar->symbols[first + i];
        int32_t next =
            depth == 0 ? grammar->root_arcs[symbol] - 1 : follow_arc(search, node, symbol);
        if (--search->steps < 0)
            return;
        if (next >= 0)
            take_terminal(search, terminal, symbol, (uint16_t)next, depth);
    }
}

static void walk(struct search *search, uint16_t node_index, uint32_t at, size_t depth)
{
    const struct grammar *grammar = search->grammar;
    const struct trie_node *node = &grammar->nodes[node_index];
    if (depth > 0) {
        for (uint32_t i = 0; i < node->accept_count; i++)
            try_form(search, grammar->accepts[node->first_accept + i], depth);
    }
    if (node->arc_count == 0 || at >= search->scratch->token_count || depth >= PATH_LIMIT)
        return;
    uint32_t types =
        types_at(at == search->start ? search->start_types : search->scratch->edge_types[at]);
    for (uint32_t a = 0; types && a < node->nonterminal_count; a++) {
        const struct trie_arc *arc = &grammar->arcs[node->first_arc + a];
        if (--search->steps < 0)
            return;
        if (types >> arc->symbol & 1)
            walk_edges(search, arc, at, depth);
    }
    if (node->arc_count == node->nonterminal_count)
        return;
    const struct token *token = &search->scratch->tokens[at];
    struct terminal own = {.set = token->set, .end = at + 1, .word = token};
    walk_terminal(search, node, &own, depth);
    for (uint8_t k = 0; k < token->alternative_count; k++) {
        struct terminal composite = {.set = token->alternatives[k].set,
                                     .end = token->alternatives[k].end,
                                     .value = token->alternatives[k].value};
        walk_terminal(search, node, &composite, depth);
    }
}

static bool may_begin(const struct grammar *grammar, const struct token *token)
{
    bool begins = grammar->set_starts[token->set];
    for (uint8_t k = 0; k < token->alternative_count; k++)
        begins = begins || grammar->set_starts[token->alternatives[k].set];
    return begins;
}

static void parse_at(struct search *search, uint32_t at)
{
    struct extract_scratch *scratch = search->scratch;
    const struct grammar *grammar = search->grammar;
    search->start = at;
    search->steps = STEPS_PER_TOKEN;
    search->edges = 0;
    search->start_types = 0;
    walk(search, grammar->roots[0], at, 0);
    for (size_t layer = 1; layer < FORM_AUTOMATA && scratch->edge_types[at]; layer++) {
        if (!(types_at(scratch->edge_types[at]) & grammar->type_starts[layer]))
            continue;
        search->start_head = scratch->first_edge[at];
        search->start_types = scratch->edge_types[at];
        walk(search, grammar->roots[layer], at, 0);
    }
}

static bool prepare(struct extract_scratch *scratch)
{
    size_t count = scratch->token_count + 1;
    if (!extract_scratch_reserve(scratch, &scratch->first_edge, &scratch->first_edge_capacity,
                                 count, sizeof *scratch->first_edge) ||
        !extract_scratch_reserve(scratch, &scratch->edge_types, &scratch->edge_types_capacity,
                                 count, sizeof *scratch->edge_types))
        return false;
    for (size_t i = 0; i < count; i++) {
        scratch->first_edge[i] = -1;
        scratch->edge_types[i] = 0;
    }
    scratch->edge_count = 0;
    scratch->meaning_count = 0;
    scratch->cue_types = 0;
    return true;
}

bool chart_parser_run(struct extract_scratch *scratch)
{
    if (!prepare(scratch))
        return false;
    struct search search = {.scratch = scratch, .grammar = scratch->grammar};
    for (size_t at = scratch->token_count; at-- > 0;) {
        if (may_begin(scratch->grammar, &scratch->tokens[at]))
            parse_at(&search, (uint32_t)at);
    }
    return !scratch->failed;
}

/* ---- the cover ---- */

static bool may_be_chosen(const struct edge *edge)
{
    return edge->makes != N_EDGES;
}

static bool add_phrase(struct extract_scratch *scratch, const struct edge *edge)
{
    if (!extract_scratch_reserve(scratch, &scratch->phrases, &scratch->phrase_capacity,
                                 scratch->phrase_count + 1, sizeof *scratch->phrases))
        return false;
    scratch->phrases[scratch->phrase_count++] = (struct phrase){
        .start = edge->start,
        .end = edge->end,
        .meaning = edge->meaning,
        .form = edge->form,
        .makes = edge->makes,
        .weak = edge->weak,
        .reasons = edge->reasons,
        .rival = -1,
        .value = edge->value,
        .slot = edge->slot,
    };
    return true;
}

bool chart_parser_cover(struct extract_scratch *scratch)
{
    size_t count = scratch->token_count;
    scratch->phrase_count = 0;
    if (!extract_scratch_reserve(scratch, &scratch->best, &scratch->best_capacity, count + 1,
                                 sizeof *scratch->best) ||
        !extract_scratch_reserve(scratch, &scratch->choice, &scratch->choice_capacity, count + 1,
                                 sizeof *scratch->choice))
        return false;
    scratch->best[count] = 0;
    for (size_t at = count; at-- > 0;) {
        int32_t best = scratch->best[at + 1], choice = -1;
        for (int32_t i = scratch->first_edge[at]; i >= 0; i = scratch->edges[i].next) {
            const struct edge *edge = &scratch->edges[i];
            int32_t score = edge->score + scratch->best[edge->end];
            if (may_be_chosen(edge) && score > best) {
                best = score;
                choice = i;
            }
        }
        scratch->best[at] = best;
        scratch->choice[at] = choice;
    }
    for (size_t at = 0; at < count;) {
        int32_t choice = scratch->choice[at];
        if (choice < 0) {
            at++;
            continue;
        }
        if (!add_phrase(scratch, &scratch->edges[choice]))
            return false;
        at = scratch->edges[choice].end;
    }
    return true;
}
