/*
 * grammar_compile.c: turns the forms of a language into automata, one per layer. A pattern becomes
 * a small automaton without empty steps (a frontier of states walks through its elements); the
 * automata of a layer are made deterministic over symbols by the subset construction, so that forms
 * share their beginnings and ends. Runs once per extractor; the result is immutable.
 */
#include "base/memory.h"
#include "extract/extract_private.h"
#include "extract/grammar_private.h"

#include <stdlib.h>
#include <string.h>

enum { FRONTIER_LIMIT = 256, DEPTH_LIMIT = 8 };

struct builder_arc {
    uint32_t from, to;
    uint16_t symbol;
};

struct builder {
    struct grammar *grammar;
    struct builder_arc *arcs;
    size_t arc_count, arc_capacity;
    uint32_t state_count;
    struct {
        uint32_t state;
        uint16_t form;
    } *ends;
    size_t end_count, end_capacity;
    uint32_t *first_arc; /* by state, once the arcs are sorted */
    uint32_t *items;     /* states of all subsets, one after the other */
    size_t item_count, item_capacity;
    struct {
        uint32_t first, count;
    } *subsets; /* of the layer being built */
    size_t subset_count, subset_capacity;
    uint32_t *table; /* hash of subsets -> index + 1 */
    size_t table_mask;
    size_t node_capacity, out_capacity, accept_capacity;
    struct word_entry *literal_entries;
    uint32_t next_literal;
    const char *literal_names[SYMBOL_COUNT];
    uint8_t literal_sizes[SYMBOL_COUNT];
    const char *fault; /* static text */
    const char *fault_form;
};

struct frontier {
    uint32_t states[FRONTIER_LIMIT];
    size_t count;
};

static void frontier_add(struct builder *builder, struct frontier *frontier, uint32_t state)
{
    for (size_t i = 0; i < frontier->count; i++) {
        if (frontier->states[i] == state)
            return;
    }
    if (frontier->count == FRONTIER_LIMIT)
        builder->fault = "a pattern has too many places at once";
    else
        frontier->states[frontier->count++] = state;
}

static uint32_t literal_symbol(struct builder *builder, const char *text, size_t size)
{
    for (uint32_t i = SYMBOL_LITERAL_FIRST; i < builder->next_literal; i++) {
        if (builder->literal_sizes[i] == size && memcmp(builder->literal_names[i], text, size) == 0)
            return i;
    }
    if (builder->next_literal >= SYMBOL_COUNT || size > 16) {
        builder->fault = "the patterns have too many words";
        return 0;
    }
    uint32_t symbol = builder->next_literal++;
    builder->literal_names[symbol] = text;
    builder->literal_sizes[symbol] = (uint8_t)size;
    return symbol;
}

/* One element: frontier -> a new state. */
static void step(struct builder *builder, struct frontier *frontier, uint32_t symbol)
{
    uint32_t state = builder->state_count++;
    if (!memory_grow(&builder->arcs, &builder->arc_capacity, builder->arc_count + frontier->count,
                     sizeof *builder->arcs)) {
        builder->fault = "memory ran out";
        return;
    }
    bool nonterminal = symbol < SYMBOL_CLASS_FIRST;
    for (size_t i = 0; i < frontier->count; i++) {
        uint32_t from = frontier->states[i];
        /* from a root: tokens leave root 0, nonterminals leave the root of the layer */
        if (from >= FORM_AUTOMATA || nonterminal == (from != 0))
            builder->arcs[builder->arc_count++] =
                (struct builder_arc){from, state, (uint16_t)symbol};
    }
    frontier->states[0] = state;
    frontier->count = 1;
}

static const char *parse_alternatives(struct builder *builder, const char *p,
                                      struct frontier *frontier, int depth);

static const char *parse_atom(struct builder *builder, const char *p, struct frontier *frontier,
                              int depth)
{
    if (*p == '(') {
        p = parse_alternatives(builder, p + 1, frontier, depth + 1);
        if (*p != ')' && !builder->fault) {
            builder->fault = "a group of a pattern is not closed";
        }
        return *p ? p + 1 : p;
    }
    size_t size = strcspn(p, " |()?");
    uint32_t symbol = 0;
    if (*p == '<') {
        symbol = grammar_words_class((struct strview){p + 1, size > 2 ? size - 2 : 0});
        if (!symbol)
            builder->fault = "a pattern names a class that does not exist";
    } else {
        symbol = literal_symbol(builder, p, size);
    }
    step(builder, frontier, symbol);
    return p + size;
}

static const char *parse_sequence(struct builder *builder, const char *p, struct frontier *frontier,
                                  int depth)
{
    while (!builder->fault) {
        while (*p == ' ')
            p++;
        if (*p == '\0' || *p == '|' || *p == ')')
            break;
        struct frontier before = *frontier;
        p = parse_atom(builder, p, frontier, depth);
        const char *mark = p + strspn(p, " ");
        if (*mark == '?') {
            p = mark + 1;
            for (size_t i = 0; i < before.count; i++)
                frontier_add(builder, frontier, before.states[i]);
        }
    }
    return p;
}

static const char *parse_alternatives(struct builder *builder, const char *p,
                                      struct frontier *frontier, int depth)
{
    struct frontier start = *frontier, all = {.count = 0};
    if (depth > DEPTH_LIMIT)
        builder->fault = "a pattern is nested too deeply";
    while (!builder->fault) {
        struct frontier one = start;
        p = parse_sequence(builder, p, &one, depth);
        for (size_t i = 0; i < one.count; i++)
            frontier_add(builder, &all, one.states[i]);
        if (*p != '|')
            break;
        p++;
    }
    *frontier = all;
    return p;
}

static void add_form(struct builder *builder, uint16_t index, uint32_t layer)
{
    const struct form *form = builder->grammar->forms[index];
    struct frontier frontier = {.states = {0, layer}, .count = 2};
    const char *rest = parse_alternatives(builder, form->pattern, &frontier, 0);
    if (!builder->fault && *rest)
        builder->fault = "a pattern closes a group that was not opened";
    for (size_t i = 0; i < frontier.count && !builder->fault; i++) {
        if (frontier.states[i] < FORM_AUTOMATA)
            builder->fault = "a pattern may be empty";
        else if (!memory_grow(&builder->ends, &builder->end_capacity, builder->end_count + 1,
                              sizeof *builder->ends))
            builder->fault = "memory ran out";
        else {
            builder->ends[builder->end_count].state = frontier.states[i];
            builder->ends[builder->end_count++].form = index;
        }
    }
}

static int compare_arcs(const void *a, const void *b)
{
    const struct builder_arc *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->symbol != y->symbol)
        return x->symbol < y->symbol ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

static int compare_states(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static uint64_t subset_hash(const uint32_t *items, size_t count)
{
    uint64_t hash = 1469598103934665603U;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ items[i]) * 1099511628211U;
    return hash ^ (hash >> 29);
}

/* The node of a subset of states, made when new; `items` must be sorted and unique. */
static uint32_t subset_node(struct builder *builder, const uint32_t *items, size_t count,
                            uint32_t first_node)
{
    size_t at = subset_hash(items, count) & builder->table_mask;
    for (; builder->table[at]; at = (at + 1) & builder->table_mask) {
        uint32_t index = builder->table[at] - 1;
        if (builder->subsets[index].count == count &&
            memcmp(builder->items + builder->subsets[index].first, items, count * sizeof *items) ==
                0)
            return first_node + index;
    }
    uint32_t index = (uint32_t)builder->subset_count;
    if (index * 2 > builder->table_mask ||
        !memory_grow(&builder->items, &builder->item_capacity, builder->item_count + count,
                     sizeof *builder->items) ||
        !memory_grow(&builder->subsets, &builder->subset_capacity, builder->subset_count + 1,
                     sizeof *builder->subsets)) {
        builder->fault = "the grammar has too many states, or memory ran out";
        return first_node;
    }
    memcpy(builder->items + builder->item_count, items, count * sizeof *items);
    builder->subsets[index].first = (uint32_t)builder->item_count;
    builder->subsets[index].count = (uint32_t)count;
    builder->item_count += count;
    builder->subset_count++;
    builder->table[at] = index + 1;
    return first_node + index;
}

static bool add_accepts(struct builder *builder, struct trie_node *node, uint32_t first,
                        uint32_t count)
{
    struct grammar *grammar = builder->grammar;
    node->first_accept = (uint32_t)grammar->accept_count;
    for (uint32_t i = 0; i < count; i++) {
        for (size_t e = 0; e < builder->end_count; e++) {
            if (builder->ends[e].state != builder->items[first + i])
                continue;
            bool known = false;
            for (uint32_t k = 0; k < node->accept_count; k++)
                known = known || grammar->accepts[node->first_accept + k] == builder->ends[e].form;
            if (known)
                continue;
            if (!memory_grow(&grammar->accepts, &builder->accept_capacity,
                             grammar->accept_count + 1, sizeof *grammar->accepts))
                return false;
            grammar->accepts[grammar->accept_count++] = builder->ends[e].form;
            node->accept_count++;
        }
    }
    return true;
}

/* All arcs that leave the states of a subset, sorted by symbol. */
static size_t collect_arcs(struct builder *builder, uint32_t first, uint32_t count,
                           struct builder_arc **out, size_t *capacity)
{
    size_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t state = builder->items[first + i];
        for (uint32_t a = builder->first_arc[state]; a < builder->first_arc[state + 1]; a++) {
            if (!memory_grow(out, capacity, found + 1, sizeof **out)) {
                builder->fault = "memory ran out";
                return 0;
            }
            (*out)[found] = builder->arcs[a];
            (*out)[found++].from = 0; /* so that the sort is by symbol */
        }
    }
    if (found)
        qsort(*out, found, sizeof **out, compare_arcs);
    return found;
}

static void build_node(struct builder *builder, uint32_t index, uint32_t first_node,
                       struct builder_arc **scratch, size_t *scratch_capacity)
{
    struct grammar *grammar = builder->grammar;
    struct trie_node node = {.first_arc = (uint32_t)grammar->arc_count};
    uint32_t first = builder->subsets[index].first, count = builder->subsets[index].count;
    if (!add_accepts(builder, &node, first, count))
        builder->fault = "memory ran out";
    size_t found = collect_arcs(builder, first, count, scratch, scratch_capacity);
    uint32_t targets[4096];
    for (size_t i = 0; i < found && !builder->fault;) {
        uint16_t symbol = (*scratch)[i].symbol;
        size_t target_count = 0;
        for (; i < found && (*scratch)[i].symbol == symbol; i++) {
            if (target_count < 4096)
                targets[target_count++] = (*scratch)[i].to;
        }
        qsort(targets, target_count, sizeof *targets, compare_states);
        size_t unique = 0;
        for (size_t k = 0; k < target_count; k++) {
            if (k == 0 || targets[k] != targets[unique - 1])
                targets[unique++] = targets[k];
        }
        uint32_t next = subset_node(builder, targets, unique, first_node);
        if (next > UINT16_MAX || !memory_grow(&grammar->arcs, &builder->out_capacity,
                                              grammar->arc_count + 1, sizeof *grammar->arcs)) {
            builder->fault = "the grammar has too many states, or memory ran out";
            return;
        }
        grammar->arcs[grammar->arc_count++] = (struct trie_arc){symbol, (uint16_t)next};
        node.arc_count++;
        if (symbol < SYMBOL_CLASS_FIRST)
            node.nonterminal_count++;
    }
    if (!memory_grow(&grammar->nodes, &builder->node_capacity, first_node + index + 1U,
                     sizeof *grammar->nodes)) {
        builder->fault = "memory ran out";
        return;
    }
    grammar->nodes[first_node + index] = node;
    grammar->node_count = first_node + index + 1U;
}

static void build_automaton(struct builder *builder, size_t automaton, uint32_t root)
{
    struct grammar *grammar = builder->grammar;
    uint32_t first_node = (uint32_t)grammar->node_count;
    builder->item_count = 0;
    builder->subset_count = 0;
    memset(builder->table, 0, (builder->table_mask + 1) * sizeof *builder->table);
    grammar->roots[automaton] = (uint16_t)subset_node(builder, &root, 1, first_node);
    struct builder_arc *scratch = NULL;
    size_t scratch_capacity = 0;
    for (uint32_t i = 0; i < builder->subset_count && !builder->fault; i++)
        build_node(builder, i, first_node, &scratch, &scratch_capacity);
    memory_free(scratch);
    if (builder->fault)
        return;
    const struct trie_node *node = &grammar->nodes[grammar->roots[automaton]];
    for (uint32_t a = 0; a < node->arc_count; a++) {
        const struct trie_arc *arc = &grammar->arcs[node->first_arc + a];
        if (arc->symbol < SYMBOL_CLASS_FIRST)
            grammar->type_starts[automaton] |= 1U << arc->symbol;
        else
            grammar->root_arcs[arc->symbol] = (uint16_t)(arc->node + 1);
    }
}

static bool index_arcs(struct builder *builder)
{
    if (builder->arc_count)
        qsort(builder->arcs, builder->arc_count, sizeof *builder->arcs, compare_arcs);
    builder->first_arc = memory_alloc((builder->state_count + 2) * sizeof(uint32_t));
    if (!builder->first_arc)
        return false;
    size_t a = 0;
    for (uint32_t state = 0; state <= builder->state_count; state++) {
        while (a < builder->arc_count && builder->arcs[a].from < state)
            a++;
        builder->first_arc[state] = (uint32_t)a;
    }
    builder->first_arc[builder->state_count + 1] = (uint32_t)builder->arc_count;
    return true;
}

/* Words that patterns name literally. */
static bool add_literals(struct builder *builder)
{
    for (uint32_t symbol = SYMBOL_LITERAL_FIRST; symbol < builder->next_literal; symbol++) {
        const char *text = builder->literal_names[symbol];
        size_t size = builder->literal_sizes[symbol];
        struct word_entry *entry = grammar_words_add(builder->grammar, text, size);
        if (!entry || !grammar_words_give(builder->grammar, entry, symbol, 0))
            return false;
    }
    return true;
}

static bool add_words(struct grammar *grammar, const struct language *language)
{
    for (size_t i = 0; i < language->word_count; i++) {
        if (!grammar_words_add_row(grammar, &language->words[i]))
            return false;
    }
    for (size_t list = 0; list < sizeof language->lists / sizeof *language->lists; list++) {
        for (size_t i = 0; i < language->lists[list].count; i++) {
            struct word_row row = {
                language->lists[list].lines[i], language->lists[list].class_name, {0}};
            if (!grammar_words_add_row(grammar, &row))
                return false;
        }
    }
    return true;
}

uint32_t grammar_compile_literal(const struct grammar *grammar, const char *text)
{
    uint64_t low, high;
    if (!token_lexer_key(text, strlen(text), &low, &high))
        return 0;
    const struct word_entry *entry = grammar_words_find(grammar, low, high);
    for (uint32_t i = SYMBOL_LITERAL_FIRST; entry && i < SYMBOL_COUNT; i++) {
        if (symbol_set_has(&grammar->sets[entry->set], i))
            return i;
    }
    return 0;
}

/* Words that code asks for and no pattern may name. */
static const char *const code_words[] = {
    "o",    "oh",     "thousand", "nor",  "dot",      "double", "triple", "plus", "underscore",
    "dash", "hyphen", "clock",    "here", "speaking", "either", "with",   "well"};

static void find_literals(struct grammar *grammar)
{
    grammar->literal_thousand = grammar_compile_literal(grammar, "thousand");
    grammar->literal_and = grammar_compile_literal(grammar, "and");
    grammar->literal_oh = grammar_compile_literal(grammar, "oh");
    grammar->literal_o = grammar_compile_literal(grammar, "o");
    grammar->literal_or = grammar_compile_literal(grammar, "or");
    grammar->literal_to = grammar_compile_literal(grammar, "to");
    grammar->literal_nor = grammar_compile_literal(grammar, "nor");
    grammar->literal_at = grammar_compile_literal(grammar, "at");
    grammar->literal_dot = grammar_compile_literal(grammar, "dot");
    grammar->literal_but = grammar_compile_literal(grammar, "but");
    grammar->literal_the = grammar_compile_literal(grammar, "the");
    grammar->literal_either = grammar_compile_literal(grammar, "either");
    grammar->literal_between = grammar_compile_literal(grammar, "between");
    grammar->literal_for = grammar_compile_literal(grammar, "for");
    grammar->literal_here = grammar_compile_literal(grammar, "here");
    grammar->literal_speaking = grammar_compile_literal(grammar, "speaking");
    grammar->literal_is = grammar_compile_literal(grammar, "is");
    grammar->literal_my = grammar_compile_literal(grammar, "my");
    grammar->literal_double = grammar_compile_literal(grammar, "double");
    grammar->literal_triple = grammar_compile_literal(grammar, "triple");
    grammar->literal_hundred = grammar_compile_literal(grammar, "hundred");
    grammar->literal_plus = grammar_compile_literal(grammar, "plus");
    grammar->literal_underscore = grammar_compile_literal(grammar, "underscore");
    grammar->literal_dash = grammar_compile_literal(grammar, "dash");
    grammar->literal_hyphen = grammar_compile_literal(grammar, "hyphen");
    grammar->literal_with = grammar_compile_literal(grammar, "with");
    grammar->literal_in = grammar_compile_literal(grammar, "in");
    grammar->literal_well = grammar_compile_literal(grammar, "well");
    grammar->literal_im = grammar_compile_literal(grammar, "i'm");
    grammar->literal_calling = grammar_compile_literal(grammar, "calling");
    grammar->literal_from = grammar_compile_literal(grammar, "from");
    grammar->literal_this = grammar_compile_literal(grammar, "this");
    grammar->literal_that = grammar_compile_literal(grammar, "that");
    grammar->literal_then = grammar_compile_literal(grammar, "then");
    grammar->literal_say = grammar_compile_literal(grammar, "say");
}

/* For every set, the symbols that some pattern asks for: what the parser looks up per token. */
static bool list_symbols(struct grammar *grammar)
{
    struct symbol_set used = {{0}};
    size_t total = 0;
    for (size_t i = 0; i < grammar->arc_count; i++)
        symbol_set_add(&used, grammar->arcs[i].symbol);
    for (size_t i = 0; i < grammar->set_count; i++) {
        for (size_t w = 0; w < SYMBOL_COUNT / 64; w++)
            total += (size_t)__builtin_popcountll(grammar->sets[i].bits[w] & used.bits[w]);
    }
    grammar->set_symbols = memory_alloc((grammar->set_count + 1) * sizeof *grammar->set_symbols);
    grammar->symbols = memory_alloc((total + 1) * sizeof *grammar->symbols);
    grammar->set_starts = memory_alloc((grammar->set_count + 1) * sizeof *grammar->set_starts);
    if (!grammar->set_symbols || !grammar->symbols || !grammar->set_starts)
        return false;
    uint32_t at = 0;
    for (size_t i = 0; i < grammar->set_count; i++) {
        grammar->set_symbols[i].first = at;
        for (uint32_t symbol = 0; symbol < SYMBOL_COUNT; symbol++) {
            if (!symbol_set_has(&grammar->sets[i], symbol) || !symbol_set_has(&used, symbol))
                continue;
            grammar->symbols[at++] = (uint16_t)symbol;
            if (grammar->root_arcs[symbol])
                grammar->set_starts[i] = true;
        }
        grammar->set_symbols[i].count = at - grammar->set_symbols[i].first;
    }
    return true;
}

static void build_all(struct builder *builder, const struct language *language)
{
    struct grammar *grammar = builder->grammar;
    builder->state_count = FORM_AUTOMATA; /* the roots */
    for (size_t i = 0; i < grammar->form_count && !builder->fault; i++) {
        builder->fault_form = grammar->forms[i]->name;
        add_form(builder, (uint16_t)i, grammar->forms[i]->layer);
    }
    for (size_t i = 0; i < sizeof code_words / sizeof *code_words && !builder->fault; i++)
        literal_symbol(builder, code_words[i], strlen(code_words[i]));
    if (builder->fault)
        return;
    if (!memory_grow(&grammar->sets, &grammar->set_capacity, 1, sizeof *grammar->sets))
        builder->fault = "memory ran out";
    grammar->set_count = 1; /* the empty set */
    if (!builder->fault && (!index_arcs(builder) || !add_words(grammar, language) ||
                            !add_literals(builder) || !grammar_words_number_sets(grammar)))
        builder->fault = "a word row is wrong, or memory ran out";
    if (!builder->fault)
        find_literals(grammar);
    for (size_t k = 0; k < FORM_AUTOMATA && !builder->fault; k++)
        build_automaton(builder, k, (uint32_t)k);
    if (!builder->fault && !list_symbols(grammar))
        builder->fault = "memory ran out";
}

enum status grammar_compile_create(const struct language *language, struct grammar **ret_grammar,
                                   struct error *err)
{
    size_t form_count = language->table_counts[0] + language->table_counts[1];
    struct grammar *grammar = memory_alloc(sizeof *grammar);
    struct builder *builder = memory_alloc(sizeof *builder);
    const struct form **forms = memory_alloc((form_count + 1) * sizeof *forms);
    uint32_t *table = memory_alloc(65536 * sizeof *table);
    enum status status = STATUS_NO_MEMORY;
    if (grammar && builder && forms && table) {
        *builder = (struct builder){.grammar = grammar,
                                    .table = table,
                                    .table_mask = 65535,
                                    .next_literal = SYMBOL_LITERAL_FIRST};
        for (size_t t = 0; t < 2; t++) {
            for (size_t i = 0; i < language->table_counts[t]; i++)
                forms[grammar->form_count++] = &language->tables[t][i];
        }
        grammar->forms = forms;
        build_all(builder, language);
        /* The tables are built in and tested: what is left is memory, and a form that is wrong. */
        status = !builder->fault                            ? STATUS_OK
                 : strstr(builder->fault, "memory ran out") ? STATUS_NO_MEMORY
                                                            : STATUS_INTERNAL;
    }
    if (status != STATUS_OK) {
        error_set(err, status, "could not compile the grammar: %s (near form '%s')",
                  builder && builder->fault ? builder->fault : "memory ran out",
                  builder && builder->fault_form ? builder->fault_form : "");
        if (!grammar || !grammar->forms)
            memory_free(forms);
        grammar_compile_destroy(grammar);
    } else {
        *ret_grammar = grammar;
    }
    if (builder) {
        memory_free(builder->arcs);
        memory_free(builder->ends);
        memory_free(builder->first_arc);
        memory_free(builder->items);
        memory_free(builder->subsets);
    }
    memory_free(builder);
    memory_free(table);
    return status;
}

void grammar_compile_destroy(struct grammar *grammar)
{
    if (!grammar)
        return;
    memory_free(grammar->words);
    memory_free(grammar->sets);
    memory_free(grammar->set_starts);
    memory_free(grammar->set_symbols);
    memory_free(grammar->symbols);
    memory_free(grammar->nodes);
    memory_free(grammar->arcs);
    memory_free(grammar->accepts);
    memory_free(grammar->forms);
    memory_free(grammar);
}
