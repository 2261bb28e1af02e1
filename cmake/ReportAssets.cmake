# The style and the script of report.html become static data of the report room. Run as a script (-P) it writes the
# C file; included, it adds the rule that does so.
if(CMAKE_SCRIPT_MODE_FILE)
    set(arrays "")
    set(views "")
    foreach(name style script)
        file(READ "${${name}}" bytes HEX)
        string(LENGTH "${bytes}" digits)
        math(EXPR size "${digits} / 2")
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
        # Lines of 20 bytes: compilers and people dislike one line of 100 kB.
        string(REGEX REPLACE "((0x[0-9a-f][0-9a-f],)(0x[0-9a-f][0-9a-f],)(0x[0-9a-f][0-9a-f],)(0x[0-9a-f][0-9a-f],))" "\\1\n" bytes "${bytes}")
        string(APPEND arrays "static const unsigned char ${name}_bytes[] = {\n${bytes}};\n")
        string(APPEND views "const struct strview html_assets_${name} = {(const char *)${name}_bytes, ${size}};\n")
    endforeach()
    file(WRITE "${output}" "/* Written by cmake/ReportAssets.cmake from src/report/html/. */\n"
        "#include \"report/html_assets.h\"\n\n${arrays}\n${views}")
    return()
endif()

set(report_assets "${CMAKE_BINARY_DIR}/generated/report/html_assets.c")
set(report_style "${CMAKE_SOURCE_DIR}/src/report/html/report.css")
set(report_script "${CMAKE_SOURCE_DIR}/src/report/html/report.js")
add_custom_command(OUTPUT "${report_assets}"
    COMMAND "${CMAKE_COMMAND}" "-Dstyle=${report_style}" "-Dscript=${report_script}" "-Doutput=${report_assets}"
        -P "${CMAKE_SOURCE_DIR}/cmake/ReportAssets.cmake"
    DEPENDS "${report_style}" "${report_script}" "${CMAKE_SOURCE_DIR}/cmake/ReportAssets.cmake"
    COMMENT "Embedding the style and the script of report.html" VERBATIM)
target_sources(assay_room_report PRIVATE "${report_assets}")
