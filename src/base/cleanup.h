/*
 * cleanup.h: scope-bound destruction. CLEANUP(fn) calls fn(&variable) when the variable leaves
 * scope; TAKE hands the object over and leaves NULL behind. DEFINE_CLEANUP makes the fn from a
 * destroy function that accepts NULL.
 */
#ifndef ASSAY_BASE_CLEANUP_H
#define ASSAY_BASE_CLEANUP_H

#define CLEANUP(function) __attribute__((cleanup(function)))

#define TAKE(pointer)                                                                              \
    (__extension__({                                                                               \
        __typeof__(pointer) taken_ = (pointer);                                                    \
        (pointer) = NULL;                                                                          \
        taken_;                                                                                    \
    }))

#define DEFINE_CLEANUP(name, type, destroy)                                                        \
    static inline void name(type **object)                                                         \
    {                                                                                              \
        destroy(*object);                                                                          \
    }

#endif
