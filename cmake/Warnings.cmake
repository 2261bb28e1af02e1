# The warnings of this project. Tests drop the strict family: Criterion's macros trip it.
set(ASSAY_COMMON_WARNINGS
    -Wall -Wextra -Wpedantic -Wshadow -Wformat=2 -Wvla -Wundef
    -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wnull-dereference -Wimplicit-fallthrough)
set(ASSAY_STRICT_WARNINGS -Wconversion -Wsign-conversion -Wcast-qual -Wwrite-strings)
# clang takes the C library's NAN for a float that is promoted.
set(ASSAY_GCC_WARNINGS -Wdouble-promotion -Wlogical-op -Wduplicated-cond -Wduplicated-branches)
# librdkafka's macros are statement expressions.
set(ASSAY_CLANG_WARNINGS -Wno-gnu-statement-expression)

# assay_warnings(TARGET [TEST])
function(assay_warnings target)
    set(flags ${ASSAY_COMMON_WARNINGS})
    if(NOT "TEST" IN_LIST ARGN)
        list(APPEND flags ${ASSAY_STRICT_WARNINGS})
    endif()
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        list(APPEND flags ${ASSAY_GCC_WARNINGS})
    elseif(CMAKE_C_COMPILER_ID STREQUAL "Clang")
        list(APPEND flags ${ASSAY_CLANG_WARNINGS})
    endif()
    if(ASSAY_WERROR)
        list(APPEND flags -Werror)
    endif()
    target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:C>:${flags}>" -ffp-contract=off)
endfunction()
