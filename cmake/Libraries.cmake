# The third-party libraries, all Debian packages. src/ROOMS says which room may use which.
find_package(PkgConfig REQUIRED)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson>=2.14)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1>=0.2.5)
pkg_check_modules(AVRO REQUIRED IMPORTED_TARGET avro-c>=1.11)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash>=0.8)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc>=2.6)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.88)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto>=3.0)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka>=2.0)
pkg_check_modules(SIMDJSON REQUIRED IMPORTED_TARGET simdjson>=3.0)
find_package(OpenMP REQUIRED COMPONENTS C)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)

add_library(assay_libraries INTERFACE)
target_link_libraries(assay_libraries INTERFACE
    PkgConfig::JANSSON PkgConfig::YAML PkgConfig::AVRO PkgConfig::XXHASH PkgConfig::UTF8PROC
    PkgConfig::CURL PkgConfig::CRYPTO PkgConfig::RDKAFKA PkgConfig::SIMDJSON OpenMP::OpenMP_C Threads::Threads ZLIB::ZLIB m)
